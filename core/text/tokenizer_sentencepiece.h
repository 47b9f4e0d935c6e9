/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokenizers of XLM-RoBERTa and CamemBERT from tokenizer.json or sentencepiece.bpe.model, as
 * transformers 5 makes them.
 */
#ifndef MPCF_TEXT_TOKENIZER_SENTENCEPIECE_H
#define MPCF_TEXT_TOKENIZER_SENTENCEPIECE_H

#include <jansson.h>
#include <mpcf/error.h>

struct tokenizer;

/* Fills all of T from ROOT, which is tokenizer.json, or where that is NULL from the model file of
 * FOLDER. Which of the two families it is: tokenizer_class, or the model_type of config.json. Either
 * takes its words and its table alone from tokenizer.json, and goes its own steps; another class
 * (TokenizersBackend, PreTrainedTokenizerFast) takes all as it stands there. */
mpcf_status tokenizer_open_unigram(struct tokenizer *t, const char *folder, const json_t *root,
                                   mpcf_error *err);

#endif
