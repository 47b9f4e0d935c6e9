/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a node's values are: what calibration saw, widened by the margin, as bits.
 */
#include "lower/magnitude.h"

#include <math.h>

#include "lower/score_shift.h"
#include "pass/ranges.h"

int log2_up(double x)
{
    int exponent = 0;

    if (!(x > 0)) {
        return -40;
    }
    return frexp(x, &exponent) == 0.5 ? exponent - 1 : exponent;
}

int log2_down(double x)
{
    int exponent = 0;

    if (!(x > 0)) {
        return -40;
    }
    (void) frexp(x, &exponent);
    return exponent - 1;
}

/* By how much texts of this program may be longer than those that were looked at. */
static double longer(const struct lowering *l)
{
    const size_t seen = l->ranges->longest;

    return seen > 0 && l->tokens > seen ? (double) l->tokens / (double) seen : 1;
}

/* What calibration saw of NODE, on the texts of this program. */
static bool range_of(struct lowering *l, const mpcf_node *node, struct node_range *range)
{
    node = lower_past_taps(node);
    const struct node_range *found = ranges_find(l->ranges, node->name);
    if (found == NULL) {
        lower_fail(l, MPCF_E_INVALID, "no range for '%s'; calibrate the network again", node->name);
        return false;
    }
    const int growth = l->growth[node->id];
    const double factor = pow(longer(l), growth / 2.0);

    *range = *found;
    if (growth > 0) {
        range->low *= range->low < 0 ? factor : 1;
        range->high *= range->high > 0 ? factor : 1;
    } else if (growth < 0) {
        range->low *= range->low > 0 ? factor : 1;
    }
    return true;
}

/* A value that was (nearly) 0 on every row, as the mean of a centred one, is rounding in fixed
 * point: it must hold that. Of values and of weights: each of a row's errors of 2^-(f + 1) meets a value of a
 * few units, and they add up as a root of their number. */
static double rounding_of(const struct lowering *l)
{
    return fmax(exp2(2 - (double) l->options->value_fraction),
                exp2(4 - (double) l->options->weight_fraction));
}

double node_seen(struct lowering *l, const mpcf_node *node)
{
    struct node_range range;

    return range_of(l, node, &range) ? fmax(rounding_of(l), fmax(fabs(range.low), fabs(range.high)))
                                     : 1;
}

bool node_is_rounding(struct lowering *l, const mpcf_node *node)
{
    return node_seen(l, node) <= rounding_of(l);
}

double node_bound(struct lowering *l, const mpcf_node *node)
{
    return node_seen(l, node) * exp2(l->ranges->margin_bits);
}

double node_largest(struct lowering *l, const mpcf_node *node)
{
    const double headroom =
        l->checks == NULL ? 0 : (double) l->checks[lower_past_taps(node)->id].headroom;

    return node_bound(l, node) * exp2(headroom);
}

void node_interval(struct lowering *l, const mpcf_node *node, double *low, double *high)
{
    struct node_range range;
    const double factor = exp2(l->ranges->margin_bits);

    if (range_of(l, node, &range)) {
        *low = range.low < 0 ? range.low * factor : range.low / factor;
        *high = range.high > 0 ? range.high * factor : range.high / factor;
    }
}

bool node_positive(struct lowering *l, const mpcf_node *node, double *low, double *high)
{
    struct node_range range;

    if (!range_of(l, node, &range)) {
        return false;
    }
    if (!(range.low > 0)) {
        lower_fail(l, MPCF_E_RANGE, "'%s' must be positive; calibration saw %g to %g", node->name,
                   range.low, range.high);
        return false;
    }
    *low =
        (is_shifted_sum(l, node) ? fmin(range.low, 1) : range.low) * exp2(-l->ranges->margin_bits);
    *high = range.high * exp2(l->ranges->margin_bits);
    return true;
}

unsigned magnitude_of(double largest, unsigned fraction)
{
    const int bits = 1 + log2_up(ldexp(fabs(largest), (int) fraction) + 2); /* 2: rounding */

    return bits < 3 ? 3 : bits > 99 ? 99 : (unsigned) bits;
}

#define HEADROOM_MAGNITUDE 60 /* of a value that has headroom; above it there may be none */

unsigned lower_magnitude(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    const unsigned wide = magnitude_of(node_largest(l, node), fraction);
    const unsigned bound = magnitude_of(node_bound(l, node), fraction);

    return wide <= HEADROOM_MAGNITUDE   ? wide
           : bound > HEADROOM_MAGNITUDE ? bound
                                        : HEADROOM_MAGNITUDE;
}
