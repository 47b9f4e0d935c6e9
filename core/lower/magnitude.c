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

/* By how much texts of TOKENS are longer than those that were looked at. */
static double longer(const struct ranges *ranges, size_t tokens)
{
    const size_t seen = ranges->longest;

    return seen > 0 && tokens > seen ? (double) tokens / (double) seen : 1;
}

/* What calibration saw of NODE, on texts of TOKENS; false: nothing. */
static bool seen_of(const struct ranges *ranges, const mpcf_node *node, int growth, size_t tokens,
                    struct node_range *range)
{
    const struct node_range *found = ranges_find(ranges, node->name);
    const double factor = pow(longer(ranges, tokens), growth / 2.0);

    if (found == NULL) {
        return false;
    }
    *range = *found;
    if (growth > 0) {
        range->low *= range->low < 0 ? factor : 1;
        range->high *= range->high > 0 ? factor : 1;
    } else if (growth < 0) {
        range->low *= range->low > 0 ? factor : 1;
    }
    return true;
}

bool magnitude_positive(const struct ranges *ranges, const mpcf_node *node, int growth,
                        size_t tokens, double *low, double *high)
{
    struct node_range range;

    if (!seen_of(ranges, node, growth, tokens, &range) || !(range.low > 0)) {
        return false;
    }
    *low = range.low * exp2(-ranges->margin_bits);
    *high = range.high * exp2(ranges->margin_bits);
    return true;
}

/* The same on the texts of this program. */
static bool range_of(struct lowering *l, const mpcf_node *node, struct node_range *range)
{
    node = node_past_taps(node);
    if (!seen_of(l->ranges, node, l->growth[node->id], l->tokens, range)) {
        lower_fail(l, MPCF_E_INVALID, "no range for '%s'; calibrate the network again", node->name);
        return false;
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
        l->checks == NULL ? 0 : (double) l->checks[node_past_taps(node)->id].headroom;

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

    node = node_past_taps(node);
    if (!range_of(l, node, &range)) {
        return false;
    }
    if (!magnitude_positive(l->ranges, node, l->growth[node->id], l->tokens, low, high)) {
        lower_fail(l, MPCF_E_RANGE, "'%s' must be positive; calibration saw %g to %g", node->name,
                   range.low, range.high);
        return false;
    }
    if (is_shifted_sum(l, node)) {
        *low = fmin(range.low, 1) * exp2(-l->ranges->margin_bits);
    }
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

value_id magnitude_set(struct lowering *l, value_id x, double largest)
{
    if (l->status == MPCF_OK) {
        struct value *v = &l->program->values[x];
        v->magnitude = magnitude_of(largest, v->fraction);
    }
    return x;
}

value_id magnitude_set_by(struct lowering *l, value_id x, const mpcf_node *node)
{
    if (l->status == MPCF_OK) {
        struct value *v = &l->program->values[x];
        v->magnitude = lower_magnitude(l, node, v->fraction);
    }
    return x;
}
