/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products with the provider's weights: linear, columns' gains.
 */
#ifndef MPCF_LOWER_LOWER_LINEAR_H
#define MPCF_LOWER_LOWER_LINEAR_H

#include "lower/lowering.h"

lower_op lower_linear, lower_scale_columns;

#endif
