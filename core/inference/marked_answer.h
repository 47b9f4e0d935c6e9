/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_ranges: answers that are marked, since a compared value of their text left its range. Here their
 * numbers are all NaN, which no other answer of a secure run is.
 */
#ifndef MPCF_INFERENCE_MARKED_ANSWER_H
#define MPCF_INFERENCE_MARKED_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program/program.h"

/* How it is called where people read it. */
#define MARKED_ANSWER "out of range"

/* ANSWER [width] of example I, from OUTPUT, what P revealed. */
void marked_answer_take(const struct program *p, const double *output, size_t i, size_t width,
                        float *answer);
bool marked_answer_is(const float *answer);
/* Of COUNT ANSWERS to items ROWS (NULL: 0, 1, ..) those that are not marked, and their items: KEPT [count, width], ITEMS
 * [count], which may be ANSWERS and ROWS. */
size_t marked_answers_leave_out(const float *answers, const uint32_t *rows, size_t width,
                                size_t count, float *kept, uint32_t *items);

#endif
