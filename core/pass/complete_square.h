/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parabola becomes one square.
 */
#ifndef MPCF_PASS_COMPLETE_SQUARE_H
#define MPCF_PASS_COMPLETE_SQUARE_H

#include "pass/rewrite.h"

rewrite_rule rule_complete_square;

#endif
