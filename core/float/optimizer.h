/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of training's update, one pass over memory each.
 */
#ifndef MPCF_FLOAT_OPTIMIZER_H
#define MPCF_FLOAT_OPTIMIZER_H

#include <stddef.h>

#include "float/adamw_step.h"

/* value, first and second moment [n] updated from gradient, which is zeroed. */
void optimizer_adamw(const struct adamw_step *s, float *value, float *first, float *second,
                     float *gradient, size_t n);
/* Sum of squares, in double. */
double optimizer_square_sum(const float *x, size_t n);
/* mean-square-error terms: sum of (a - b)^2; seed += scale (a - b). */
double optimizer_difference(const float *a, const float *b, float *seed, float scale, size_t n);

#endif
