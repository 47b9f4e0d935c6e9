/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tokenizer for texts of words like "t17": what measured and tested runs have.
 */
#ifndef MPCF_BENCH_BENCH_TOKENIZER_H
#define MPCF_BENCH_BENCH_TOKENIZER_H

#include <stdint.h>

#include <mpcf/error.h>

/* vocab.txt with the word "t<id>" for each id from 5 to VOCABULARY (bert), or vocab.json and
 * merges.txt with a token a letter (roberta), into FOLDER. VOCABULARY is at least 32. */
mpcf_status bench_tokenizer_write(const char *folder, const char *family, int64_t vocabulary,
                                  mpcf_error *err);

#endif
