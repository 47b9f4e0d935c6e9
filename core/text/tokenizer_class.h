/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Hugging Face's tokenizer classes put a tokenizer together around its words: normaliser, splitter
 * and what stands around the texts are the class's own, with the settings of tokenizer_config.json,
 * whatever tokenizer.json says (transformers 5, models/bert/tokenization_bert.py and its like).
 */
#ifndef MPCF_TEXT_TOKENIZER_CLASS_H
#define MPCF_TEXT_TOKENIZER_CLASS_H

#include <jansson.h>
#include <mpcf/error.h>
#include <mpcf/model.h>

#include "text/tokenizer_settings.h"

struct tokenizer; /* tokenizer_parts.h */

/* The family's, where no file names one; CONFIG, config.json or NULL, tells XLM-RoBERTa from CamemBERT.
 * FILE: tokenizer.json, or NULL; where its model is of another kind than the family's class has, it
 * counts, whole. */
enum tokenizer_class tokenizer_class_usual(mpcf_tokenizer_kind kind, const json_t *config,
                                           const json_t *file);

/* T has its words and merges, of FILE where there is one; added tokens, too. Warns where FILE
 * says something else than the class makes of it. */
mpcf_status tokenizer_class_apply(struct tokenizer *t, const struct tokenizer_settings *s,
                                  const json_t *file, mpcf_error *err);

/* The words of FILE for S's class. MPCF_E_UNSUPPORTED: its model is of another kind. */
mpcf_status tokenizer_class_load_words(struct tokenizer *t, const struct tokenizer_settings *s,
                                       const json_t *file, mpcf_error *err);

/* The tokens of S->added; those that a key names alone where they are not there yet. */
mpcf_status tokenizer_class_add_tokens(struct tokenizer *t, const struct tokenizer_settings *s,
                                       mpcf_error *err);

/* "truncation_side", where it is there. */
mpcf_status tokenizer_class_set_side(struct tokenizer *t, const struct tokenizer_settings *s,
                                     mpcf_error *err);

#endif
