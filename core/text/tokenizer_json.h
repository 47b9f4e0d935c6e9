/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer.json of Hugging Face's tokenizers.
 */
#ifndef MPCF_TEXT_TOKENIZER_JSON_H
#define MPCF_TEXT_TOKENIZER_JSON_H

#include <jansson.h>
#include <mpcf/error.h>

struct tokenizer; /* tokenizer_parts.h */

/* All of tokenizer.json. What it asks beyond WordPiece and byte-level BPE: MPCF_E_UNSUPPORTED. */
mpcf_status tokenizer_load_json(struct tokenizer *t, const json_t *root, const char *name,
                                mpcf_error *err);

#endif
