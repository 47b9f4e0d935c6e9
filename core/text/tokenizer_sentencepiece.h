/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokenizers of XLM-RoBERTa and CamemBERT from sentencepiece.bpe.model, as transformers 5 makes
 * them where there is no tokenizer.json.
 */
#ifndef MPCF_TEXT_TOKENIZER_SENTENCEPIECE_H
#define MPCF_TEXT_TOKENIZER_SENTENCEPIECE_H

#include <mpcf/error.h>

struct tokenizer;

/* Fills all of T from the files of FOLDER. Which of the two it is: tokenizer_class, or the model_type
 * of config.json. */
mpcf_status tokenizer_open_sentencepiece(struct tokenizer *t, const char *folder, mpcf_error *err);

#endif
