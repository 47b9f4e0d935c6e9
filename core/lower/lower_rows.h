/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over rows, masks, centring, mean square; products of two values.
 */
#ifndef MPCF_LOWER_LOWER_ROWS_H
#define MPCF_LOWER_LOWER_ROWS_H

#include "lower/lowering.h"

lower_op lower_input, lower_mask, lower_row_sum, lower_center, lower_row_mean_square, lower_matmul,
    lower_matmul_masked;

#endif
