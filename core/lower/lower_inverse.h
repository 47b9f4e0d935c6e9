/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 1/x and 1/sqrt(x).
 */
#ifndef MPCF_LOWER_LOWER_INVERSE_H
#define MPCF_LOWER_LOWER_INVERSE_H

#include "lower/lowering.h"

lower_op lower_reciprocal, lower_rsqrt;
/* Whether one opening holds an inverse (IS_ROOT: an inverse root) of values from LOW to HIGH, margins included. Of
 * others the power of two is found first, and what is left is opened again. */
bool lower_inverse_is_one_opening(double low, double high, bool is_root);

#endif
