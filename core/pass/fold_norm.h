/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gain, bias and centring of a layer norm go into the weights around it.
 */
#ifndef MPCF_PASS_FOLD_NORM_H
#define MPCF_PASS_FOLD_NORM_H

#include "pass/rewrite.h"

rewrite_rule rule_fold_norm;

#endif
