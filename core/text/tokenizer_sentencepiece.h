/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokenizers of XLM-RoBERTa and CamemBERT from tokenizer.json or sentencepiece.bpe.model, as
 * transformers 5 makes them.
 */
#ifndef MPCF_TEXT_TOKENIZER_SENTENCEPIECE_H
#define MPCF_TEXT_TOKENIZER_SENTENCEPIECE_H

#include <jansson.h>
#include <mpcf/error.h>

#include "text/tokenizer_settings.h"

struct tokenizer;

/* Fills all of T but the side of truncation, as S's class, one of the two: from FILE, which is
 * tokenizer.json, of which it takes words and table and goes its own steps, or where that is NULL from the
 * model file of FOLDER. */
mpcf_status tokenizer_build_sentencepiece(struct tokenizer *t, const struct tokenizer_settings *s,
                                          const char *folder, const json_t *file, mpcf_error *err);

#endif
