/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of squares over rows: of a copy with fewer bits where the largest row's would not fit.
 */
#include "lower/square_sum.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"

#define SMALL_BITS 8 /* a row's smallest deviation is squared with as many bits at least */

/* The deviation of the smallest row that was seen, as bits: 2^-small. */
static int small_deviation(struct lowering *l, const mpcf_node *node)
{
    double low = 1, high = 1;

    return node_positive(l, node, &low, &high) ? -log2_down(low * exp2(l->ranges->margin_bits)) / 2
                                               : 0;
}

void square_sum_fails(struct lowering *l, const mpcf_node *node)
{
    double low = 1, high = 1;

    if (node_positive(l, node, &low, &high)) {
        lower_fail(l, MPCF_E_RANGE,
                   "'%s' runs from %g to %g with its margin, which the 63 bits of a value do not "
                   "hold: leave "
                   "out the texts or words whose rows are smallest or largest, or lower "
                   "stages.calibrate.margin_bits (%g)",
                   node->name, low, high, l->ranges->margin_bits);
    }
}

/* X as it is squared: with fewer bits behind the point where the sum of squares of the largest row would not fit.
 * An element's error counts for little, there are many in a row; what is divided keeps its bits, in an opening of
 * its own. */
static value_id squared_operand(struct lowering *l, const mpcf_node *node, double largest)
{
    const value_id x = lower_wanted(l, node->in[0]);
    const unsigned f = value_at(l, x)->fraction, m = magnitude_of(largest, 2 * f);
    const unsigned less = m > SQUARE_SUM_BITS ? (m - SQUARE_SUM_BITS + 1) / 2 : 0;

    if (less > 0 && (int) f - (int) less < small_deviation(l, node) + SMALL_BITS) {
        square_sum_fails(l, node);
        return x;
    }
    return less == 0 ? x : emit_at(l, x, f - less);
}

/* Headroom is no reason to square fewer bits. */
static double square_largest(struct lowering *l, const mpcf_node *node, double columns)
{
    const value_id x = lower_wanted(l, node->in[0]);
    const double largest = node_largest(l, node) * columns;

    return magnitude_of(largest, 2 * value_at(l, x)->fraction) <= SQUARE_SUM_BITS
               ? largest
               : node_bound(l, node) * columns;
}

value_id square_sum(struct lowering *l, const mpcf_node *node)
{
    const double columns = (double) node_dims(l, node->in[0]).dim[3];
    const double largest = square_largest(l, node, columns);
    const value_id x = squared_operand(l, node, largest);
    const unsigned m = magnitude_of(largest, 2 * value_at(l, x)->fraction);
    const int kept = l->nodes[node->id].want - log2_down(columns);

    return emit_at(l, emit_row_sum(l, emit_square(l, x, m), m), kept < 0 ? 0 : (unsigned) kept);
}
