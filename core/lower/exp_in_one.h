/* SPDX-License-Identifier: Apache-2.0 */
/*
 * e^x of scores less their row's maximum, in one message (EXP): such an x is at most 1, however the maximum was found.
 *
 * Numbers below what the result's bits show are either within the range of the step, or cut: compared with a threshold
 * first, and 0 below it. Whichever is cheaper, with as many buckets as are.
 */
#ifndef MPCF_LOWER_EXP_IN_ONE_H
#define MPCF_LOWER_EXP_IN_ONE_H

#include "lower/lowering.h"

/* NODE is an EXP. false, and nothing emitted: its operand is something else, or a value has not the bits. */
bool exp_in_one(struct lowering *l, const mpcf_node *node, struct lowered *out);

#endif
