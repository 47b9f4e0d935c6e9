/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scales or masks attention weights moves to the product with V.
 */
#ifndef MPCF_PASS_ROW_SCALING_H
#define MPCF_PASS_ROW_SCALING_H

#include "pass/rewrite.h"

rewrite_rule rule_row_scaling;

#endif
