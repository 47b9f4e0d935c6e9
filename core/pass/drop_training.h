/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only training or the float engine needs goes: dropout, stop-gradient, fused kernels.
 */
#ifndef MPCF_PASS_DROP_TRAINING_H
#define MPCF_PASS_DROP_TRAINING_H

#include "pass/rewrite.h"

rewrite_rule rule_drop_training;

#endif
