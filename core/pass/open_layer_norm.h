/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer norm becomes centring, inverse root, gain and bias, as nodes of their own.
 */
#ifndef MPCF_PASS_OPEN_LAYER_NORM_H
#define MPCF_PASS_OPEN_LAYER_NORM_H

#include "pass/rewrite.h"

rewrite_rule rule_open_layer_norm;

#endif
