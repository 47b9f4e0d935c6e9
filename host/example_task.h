/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small language and a task in it: reviews of a few words, good or bad.
 */
#ifndef MPCF_HOST_EXAMPLE_TASK_H
#define MPCF_HOST_EXAMPLE_TASK_H

#include <stdint.h>

#include "base/text.h"

/* The vocabulary's lines: special tokens, then the language's words. */
void example_vocabulary(struct text_buffer *out);
size_t example_vocabulary_size(void);
/* A file of ROWS lines in SST-2's form, "sentence\tlabel" with its header. A text is good where
 * its good words outnumber its bad ones; "not" turns the next one round. */
void example_rows(size_t rows, uint64_t seed, struct text_buffer *out);

#endif
