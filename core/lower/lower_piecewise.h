/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions by pieces.
 */
#ifndef MPCF_LOWER_LOWER_PIECEWISE_H
#define MPCF_LOWER_LOWER_PIECEWISE_H

#include "lower/lowering.h"

lower_op lower_piecewise, lower_piecewise_sines, lower_relu, lower_exp, lower_erf, lower_tanh;

#endif
