/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only moves elements.
 */
#ifndef MPCF_LOWER_LOWER_SHAPE_H
#define MPCF_LOWER_LOWER_SHAPE_H

#include "lower/lowering.h"

lower_op lower_take_heads, lower_join_heads;
lower_op lower_slice, lower_split_heads, lower_merge_heads, lower_token;

#endif
