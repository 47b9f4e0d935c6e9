/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value times its gate, c x (a + b erf(s x)) or with tanh, as one function by pieces.
 */
#ifndef MPCF_LOWER_LOWER_GATE_H
#define MPCF_LOWER_LOWER_GATE_H

#include "lower/lowering.h"

/* Whether NODE, a product, is one. */
bool lower_is_gate(const mpcf_node *node);
lower_op lower_gate;

#endif
