/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a node's values are, from its range.
 */
#ifndef MPCF_LOWER_MAGNITUDE_H
#define MPCF_LOWER_MAGNITUDE_H

#include "lower/lowering.h"

#define MAGNITUDE_MAX 63 /* bits: what a value in a ring of 64 can have */

/* Largest magnitude of NODE: as calibration saw it; its bound, with the margin; and what its values hold, with
 * the headroom of check_ranges. */
double node_largest(struct lowering *l, const mpcf_node *node);
double node_bound(struct lowering *l, const mpcf_node *node);
double node_seen(struct lowering *l, const mpcf_node *node);
/* Whether NODE was so near to 0 that in fixed point it is rounding alone. */
bool node_is_rounding(struct lowering *l, const mpcf_node *node);
/* Its range, each end moved outwards by the margin. */
void node_interval(struct lowering *l, const mpcf_node *node, double *low, double *high);
/* Its range with margin where all values are positive: low / 2^margin, high 2^margin. A softmax's sum of exponentials may
 * be 1 / 2^margin in any case (score_shift.h). */
bool node_positive(struct lowering *l, const mpcf_node *node, double *low, double *high);
/* The same before anything is lowered, of NODE, no tap, that grows by GROWTH (growth.h) in texts of TOKENS; false: it has
 * no range, or not all were positive. */
bool magnitude_positive(const struct ranges *ranges, const mpcf_node *node, int growth,
                        size_t tokens, double *low, double *high);
/* ceil(log2(x)), floor(log2(x)) of x > 0; of 0: -40. */
int log2_up(double x);
int log2_down(double x);
/* m of values up to LARGEST at FRACTION bits. */
unsigned magnitude_of(double largest, unsigned fraction);
/* m of NODE's values at FRACTION bits, from its range. */
unsigned lower_magnitude(struct lowering *l, const mpcf_node *node, unsigned fraction);
/* Sets X's magnitude, where that can be known only when X has its fraction: of values up to LARGEST, or of those of
 * NODE. Returns X; nothing where the lowering has failed. */
value_id magnitude_set(struct lowering *l, value_id x, double largest);
value_id magnitude_set_by(struct lowering *l, value_id x, const mpcf_node *node);

#endif
