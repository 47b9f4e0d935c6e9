/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be said of a student before it is asked texts of one's own.
 */
#ifndef MPCF_PREDICT_STUDENT_WORDS_H
#define MPCF_PREDICT_STUDENT_WORDS_H

#include <stdbool.h>

#include "inference/secure_student.h"

/* Warnings where its calibration is not the one that its file now asks for, or did not see texts of all lengths. */
void student_words(const struct secure_student *s);

/* Which class each of the dataset's names stands for, where the student has others. */
void student_words_of_labels(const struct secure_student *s);

/* A warning that a text, at WHERE, IS_PAIR, and the rows of P's dataset are not, or the other way round, as far
 * as that can be seen here. */
void student_words_of_form(const struct pipeline *p, bool is_pair, const char *where);

#endif
