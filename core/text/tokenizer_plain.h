/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files from before tokenizer.json: vocab.txt, merges.txt, and what goes without saying there.
 */
#ifndef MPCF_TEXT_TOKENIZER_PLAIN_H
#define MPCF_TEXT_TOKENIZER_PLAIN_H

#include <stddef.h>

#include <mpcf/error.h>

struct tokenizer; /* tokenizer_parts.h */

/* vocab.txt: a word a line without the white space at its end, its id the line's number from 0. */
mpcf_status tokenizer_load_words(struct tokenizer *t, const char *data, size_t length,
                                 const char *name, mpcf_error *err);
/* merges.txt: two tokens a line; lines that begin with "#version" are none. Behind the vocabulary. */
mpcf_status tokenizer_load_merges(struct tokenizer *t, const char *data, size_t length,
                                  const char *name, mpcf_error *err);

#endif
