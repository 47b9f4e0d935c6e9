/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokenizers from the files of a folder, as Hugging Face has them.
 */
#ifndef MPCF_TEXT_TOKENIZER_H
#define MPCF_TEXT_TOKENIZER_H

#include <stdint.h>

#include <mpcf/model.h>

#include "text/letter_case.h"

struct tokenizer;

/*
 * Reads tokenizer.json of FOLDER, which says all itself, or where there is none the files that SPEC's
 * kind needs: vocab.txt with tokenizer_config.json, vocab.json and merges.txt, or
 * sentencepiece.bpe.model (tokenizer_sentencepiece.h). Safe to use from many threads. An id at or above spec->vocab_size: MPCF_E_FORMAT. What is asked for and not offered:
 * MPCF_E_UNSUPPORTED with its name.
 *
 * Whether a vocab.txt is of an uncased model is what tokenizer_config.json's do_lower_case
 * says; without it, texts are lower-cased unless some word of the vocabulary has a capital
 * ("[CLS]" and its like apart), as such a word could never be found.
 */
mpcf_status tokenizer_open(const char *folder, const mpcf_tokenizer_spec *spec,
                           struct tokenizer **out, mpcf_error *err);
/* The same, with LETTER_CASE where no file says it; where one says the other: MPCF_E_CONFIG. */
mpcf_status tokenizer_open_in_case(const char *folder, const mpcf_tokenizer_spec *spec,
                                   enum letter_case letter_case, struct tokenizer **out,
                                   mpcf_error *err);
/* Where T's case was judged or asked for, "do_lower_case" is written into FOLDER's
 * tokenizer_config.json, so that who opens the folder next, with whatever tool, cuts texts alike. */
mpcf_status tokenizer_write_case(const struct tokenizer *t, const char *folder, mpcf_error *err);
/* An empty one, to be filled by the readers of its files. */
mpcf_status tokenizer_create(const mpcf_tokenizer_spec *spec, struct tokenizer **out,
                             mpcf_error *err);
void tokenizer_close(struct tokenizer *t); /* NULL is fine */
int32_t tokenizer_pad_id(const struct tokenizer *t);
int64_t tokenizer_vocab_size(const struct tokenizer *t); /* ids are below */
/* Of all that T was opened from: its files, the spec, the case; "": of one that was not opened. */
const char *tokenizer_digest(const struct tokenizer *t);

#endif
