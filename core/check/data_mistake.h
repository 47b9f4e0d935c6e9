/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dataset reader says of data: which key of the pipeline file it is about, and whether two splits say one
 * thing.
 */
#ifndef MPCF_CHECK_DATA_MISTAKE_H
#define MPCF_CHECK_DATA_MISTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/pipeline.h"

enum { DATA_KEY_SIZE = 64 };

/* The dotted key that TEXT is about, "dataset.options.text": the option that it names as "option 'text'", or the
 * labels where it shows one; "dataset.path" where the file leaves that key to its default, and for all else. */
void data_mistake_key(const struct pipeline *p, const char *text, char key[DATA_KEY_SIZE]);
/* Whether A and B, each behind "reading split ..: ", are one mistake: the same words, perhaps of two files. */
bool data_mistakes_are_one(const char *a, const char *b);

#endif
