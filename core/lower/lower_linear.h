/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products with the provider's weights: linear, columns' gains, embedding.
 */
#ifndef MPCF_LOWER_LOWER_LINEAR_H
#define MPCF_LOWER_LOWER_LINEAR_H

#include "lower/lowering.h"

lower_op lower_linear, lower_scale_columns, lower_embedding;

#endif
