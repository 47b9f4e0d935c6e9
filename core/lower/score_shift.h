/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the maximum that a softmax subtracts may be from a row's largest score.
 */
#ifndef MPCF_LOWER_SCORE_SHIFT_H
#define MPCF_LOWER_SCORE_SHIFT_H

#include "lower/lowering.h"

/* Whether all that is made of ROW_MAX is e^(x - max) divided by its sum, which does not change with it. */
bool shift_cancels(const struct lowering *l, const mpcf_node *row_max);

/* The largest score less the maximum that is used is -BELOW .. ABOVE. Numerators and their sums are then up to e^ABOVE
 * times as large as calibration saw them, of which the margin has at least half left, and a sum is no smaller than
 * 1 / 2^margin_bits. */
struct score_shift {
    double step; /* of levels: 1, 1/2, 1/4 or 1/8; 0: the margin has no room for them */
    double below, above;
};
struct score_shift score_shift_of(const struct lowering *l);
/* The same where NODE is a score less a row's maximum; zeros elsewhere. */
struct score_shift score_shift_in(const struct lowering *l, const mpcf_node *node);
/* Whether NODE is a row's sum of exponentials of such scores: it is e^-BELOW or more, whatever calibration saw. */
bool is_shifted_sum(const struct lowering *l, const mpcf_node *node);

#endif
