/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums, scales, products, squares and polynomials, element by element.
 */
#ifndef MPCF_LOWER_LOWER_ELEMENTWISE_H
#define MPCF_LOWER_LOWER_ELEMENTWISE_H

#include "lower/lowering.h"

lower_op lower_sum, lower_offset, lower_scale, lower_mul, lower_square, lower_poly;

#endif
