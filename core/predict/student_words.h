/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be said of a student before it is asked texts of one's own.
 */
#ifndef MPCF_PREDICT_STUDENT_WORDS_H
#define MPCF_PREDICT_STUDENT_WORDS_H

#include "inference/secure_student.h"

/* Warnings where its calibration is not the one that its file now asks for, or did not see texts of all lengths. */
void student_words(const struct secure_student *s);

/* A warning that a text, at WHERE, is a pair, where P's dataset has single texts, as far as that can be
 * seen here. */
void student_words_of_pair(const struct pipeline *p, const char *where);

#endif
