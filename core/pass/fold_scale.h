/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A factor behind a linear goes into its weights.
 */
#ifndef MPCF_PASS_FOLD_SCALE_H
#define MPCF_PASS_FOLD_SCALE_H

#include "pass/rewrite.h"

rewrite_rule rule_fold_scale;

#endif
