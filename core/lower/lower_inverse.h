/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 1/x and 1/sqrt(x).
 */
#ifndef MPCF_LOWER_LOWER_INVERSE_H
#define MPCF_LOWER_LOWER_INVERSE_H

#include "lower/lowering.h"

lower_op lower_reciprocal, lower_rsqrt;

#endif
