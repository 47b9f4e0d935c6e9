/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest score of a row by counting: how many scores reach each of some levels (LEVEL_COUNTS), and which
 * counts are not zero. A maximum of few levels takes four rounds, however many columns there are.
 *
 * Where levels of the wanted step are too many, a first count has wide ones; then scores less the floor that it
 * finds are set to zero where they are below it, and counted again by a finer step. Where the dealer's numbers cost more
 * than rounds, halves of the columns are compared first.
 */
#ifndef MPCF_LOWER_ROW_LEVELS_H
#define MPCF_LOWER_ROW_LEVELS_H

#include "lower/lowering.h"

/* The larger of two halves of X's columns, element by element. */
value_id emit_larger_half(struct lowering *l, value_id x);

/* NODE, a ROW_MAX, up to what score_shift_of() says. false, and nothing emitted: something else than a softmax reads
 * it, the margin has no room, or a tournament costs less. */
bool row_levels(struct lowering *l, const mpcf_node *node, struct lowered *out);

#endif
