/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer.json of Hugging Face's tokenizers.
 */
#ifndef MPCF_TEXT_TOKENIZER_JSON_H
#define MPCF_TEXT_TOKENIZER_JSON_H

#include <jansson.h>
#include <mpcf/error.h>

struct tokenizer; /* tokenizer_parts.h */

/* All of tokenizer.json; tokenizer_finish() is the caller's. What it asks for and is not offered:
 * MPCF_E_UNSUPPORTED with its name and place. */
mpcf_status tokenizer_load_json(struct tokenizer *t, const json_t *root, const char *name,
                                mpcf_error *err);
/* "added_tokens": recognises those as well. Ids are counted as Hugging Face does it, whatever the list
 * says: a word's own, or behind all others. */
mpcf_status tokenizer_add_tokens_json(struct tokenizer *t, const json_t *list, const char *name,
                                      mpcf_error *err);

#endif
