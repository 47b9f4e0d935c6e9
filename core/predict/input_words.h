/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be said of a file of texts that looks like a table, whose lines are asked as they stand.
 */
#ifndef MPCF_PREDICT_INPUT_WORDS_H
#define MPCF_PREDICT_INPUT_WORDS_H

#include "format/text_lines.h"

/* A warning where PATH is called as a table is, or FIRST, its first line, at WHERE, is an object of JSON. */
void input_words(const char *path, const struct text_line *first, const char *where);

#endif
