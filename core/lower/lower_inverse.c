/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 1/x and 1/sqrt(x) over any calibrated range, for the few values that rows have: by keys in one message
 * (INVERSE), or by steps in about ten, as costs less on the planner's network.
 *
 * By steps:
 *
 *   e = octave of x, by comparison with powers of two      bits -> sum of bit times step
 *   v = x 2^-e in [1, 2)
 *   y = parabola(v), off by 1.1 % (1/v) or 0.4 % (1/sqrt(v)) at most
 *   d = 1 - v y   or   1 - v y^2
 *   1/v = y (1 + d + d^2 + ..),   1/sqrt(v) = y (1 + d/2 + 3/8 d^2 + ..)
 *   the result: y times 2^-e (or 2^(-e/2)), made beside d, times the bracket
 *
 * Relative error below 2e-6 before rounding; BITS fractional bits keep it near that. Below the
 * range v < 1 and the result flattens; it does not blow up.
 */
#include "lower/lower_inverse.h"

#include <assert.h>
#include <math.h>

#include "lower/emit.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/prices.h"
#include "lower/range_check.h"
#include "lower/score_shift.h"
#include "lower/square_sum.h"
#include "lower/step_price.h"
#include "protocol/inverse_pieces.h"

#define BITS        20
#define OCTAVES_MAX 40
#define SEED_BITS   12 /* of the parabola's coefficients */

struct inverse {
    int seed
        [3]; /* y = (seed[0] + seed[1] v + seed[2] v^2) / 2^SEED_BITS, found by minimax search */
    double first, second; /* 1 + first d + second d^2 */
    bool is_root;
};

static const struct inverse reciprocal = {{8628, -5868, 1292}, 1, 1, false};
static const struct inverse rsqrt_root = {{6400, -2888, 568}, 0.5, 0.375, true};

struct octaves {
    int low, count;   /* e of the smallest; thresholds between count + 1 octaves */
    value_id bits;    /* 0 or 1 in a ring, [count, elements] */
    struct dims dims; /* of x */
};

/* sum over octaves: what TABLE gives for the octave that x lies in. */
static value_id pick(struct lowering *l, const struct octaves *o, const int64_t *table,
                     unsigned fraction, unsigned magnitude)
{
    struct term terms[64];
    size_t count = 0;
    const int64_t constant =
        threshold_terms(o->bits, (size_t) o->count, o->dims, table, terms, &count);

    return emit_combine(l, o->dims, fraction, magnitude, terms, count, constant);
}

/* OF's values are further apart than 2^MOST. */
static void fail_octaves(struct lowering *l, const mpcf_node *of, int most)
{
    double low = 1, high = 1;

    (void) node_positive(l, of, &low, &high);
    lower_fail(l, MPCF_E_RANGE,
               "'%s' is the inverse of values from %g to %g, with their margin: 2^%d is the most; "
               "leave out the texts with the largest, lower stages.calibrate.margin_bits (%g), or "
               "use an approximation whose sums are smaller (softmax) or bounded by a number added "
               "to them (the option e of '2relu' and 'power')",
               l->node->name, low, high, most, l->ranges->margin_bits);
}

/* Compares a copy of X with few bits: on which side of a threshold a close value falls does not
 * matter. */
static bool find_octaves(struct lowering *l, const mpcf_node *node, value_id x, struct octaves *o)
{
    const int f = (int) value_at(l, x)->fraction;
    double low = 1, high = 2;
    int64_t thresholds[64];

    if (!node_positive(l, node, &low, &high)) {
        return false;
    }
    o->low = log2_down(low) < -f ? -f : log2_down(low);
    o->count = log2_down(high) - o->low;
    o->count = o->count < 1 ? 1 : o->count;
    if (o->count > OCTAVES_MAX) {
        fail_octaves(l, node, OCTAVES_MAX);
        return false;
    }
    const int kept = 4 - o->low > 0 ? 4 - o->low : 0;
    const value_id coarse = emit_at(l, x, (unsigned) kept);
    const int fc = (int) value_at(l, coarse)->fraction;
    for (int j = 0; j < o->count; j++) {
        thresholds[j] = (int64_t) 1 << (o->low + 1 + j + fc > 0 ? o->low + 1 + j + fc : 0);
    }
    o->dims = value_at(l, x)->dims;
    o->bits = emit_bits_to_ring(l, emit_compare(l, coarse, thresholds, (size_t) o->count));
    return l->status == MPCF_OK;
}

/* 2^-e at FRACTION bits; SCALE 1, or with is_root 2^(-e/2). */
static value_id pick_power(struct lowering *l, const struct octaves *o, bool is_root, int fraction)
{
    int64_t table[64];
    double largest = 0;

    for (int j = 0; j <= o->count; j++) {
        const int e = o->low + j;
        const int half = (e - (e % 2 != 0 ? 1 : 0)) / 2; /* floor(e / 2) */
        const double power = !is_root     ? ldexp(1, -e)
                             : e % 2 != 0 ? ldexp(0.70710678118654752440, -half)
                                          : ldexp(1, -half);
        table[j] = llround(ldexp(power, fraction));
        largest = power > largest ? power : largest;
    }
    return pick(l, o, table, (unsigned) fraction, magnitude_of(largest, (unsigned) fraction));
}

/* A linear combination of A and B (of one fraction) plus a number, at BITS more bits. */
static value_id mix(struct lowering *l, value_id a, double ca, value_id b, double cb, double c,
                    unsigned bits, double largest)
{
    const struct value v = *value_at(l, a);
    const struct term terms[2] = {term_whole(l, a, llround(ldexp(ca, (int) bits)), v.dims),
                                  term_whole(l, b, llround(ldexp(cb, (int) bits)), v.dims)};
    const unsigned f = v.fraction + bits;

    return emit_combine(l, v.dims, f, magnitude_of(largest, f), terms, 2,
                        llround(ldexp(c, (int) f)));
}

static value_id product_at(struct lowering *l, value_id a, value_id b, double largest, unsigned f)
{
    const unsigned full = value_at(l, a)->fraction + value_at(l, b)->fraction;

    return emit_at(l, emit_product(l, a, b, magnitude_of(largest, full)), f);
}

static value_id square_at(struct lowering *l, value_id x, double largest, unsigned f)
{
    const unsigned full = 2 * value_at(l, x)->fraction;

    return emit_at(l, emit_square(l, x, magnitude_of(largest, full)), f);
}

/* 1 + first d + second d^2 for v in [1, 2) at F bits and its seed y. */
static value_id correction(struct lowering *l, const struct inverse *kind, value_id v, value_id y,
                           unsigned f)
{
    const struct dims dims = value_at(l, v)->dims;
    const value_id factor = kind->is_root ? square_at(l, y, 3, f) : y;
    const value_id p = product_at(l, v, factor, 3, f);
    const struct term minus = term_whole(l, p, -1, dims);
    const value_id d = emit_combine(l, dims, value_at(l, p)->fraction, magnitude_of(2, f), &minus,
                                    1, (int64_t) 1 << value_at(l, p)->fraction);
    const value_id square = square_at(l, d, 2, value_at(l, d)->fraction);

    return emit_at(l, mix(l, d, kind->first, square, kind->second, 1, 3, 4), f);
}

#define LEAST_BITS 14 /* of a result's smallest values, and of what corrects them */

/* Of a softmax's sum the result may be larger than calibration saw. */
static unsigned result_magnitude(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    const unsigned m = lower_magnitude(l, node, fraction);
    double low = 1, high = 1;

    if (!is_shifted_sum(l, node->in[0]) || !node_positive(l, node->in[0], &low, &high)) {
        return m;
    }
    const unsigned least = magnitude_of(1.1 / low, fraction);
    return m > least ? m : least;
}

/* SCALED times BRACKET. Results of a large operand have many bits behind the point; where a value has not that many,
 * first the correction goes without, then the result. REST: bits in front of the smallest result. */
static value_id finish(struct lowering *l, const mpcf_node *node, value_id scaled, value_id bracket,
                       int rest)
{
    const unsigned fs = value_at(l, scaled)->fraction, fb = value_at(l, bracket)->fraction;
    const unsigned m = result_magnitude(l, node, fs + fb), most = m > fs + fb ? m : fs + fb;
    const unsigned over = most > 62 ? most - 62 : 0;
    const unsigned from_bracket = over < fb - LEAST_BITS ? over : fb - LEAST_BITS;
    const unsigned from_scaled = over - from_bracket;

    if (l->status == MPCF_OK && fs < from_scaled + (unsigned) rest + LEAST_BITS) {
        fail_octaves(l, node_past_taps(node->in[0]), 62 - 2 * LEAST_BITS);
        return scaled;
    }
    scaled = emit_at(l, scaled, fs - from_scaled);
    bracket = emit_at(l, bracket, fb - from_bracket);
    const unsigned full = value_at(l, scaled)->fraction + value_at(l, bracket)->fraction;
    return emit_product(l, scaled, bracket, result_magnitude(l, node, full));
}

static void lower_inverse(struct lowering *l, const mpcf_node *node, const struct inverse *kind,
                          struct lowered *out)
{
    const mpcf_node *of = node_past_taps(node->in[0]);
    const value_id x = emit_shared(l, lower_wanted(l, of));
    struct octaves o = {0};

    if (l->status != MPCF_OK || !find_octaves(l, of, x, &o)) {
        return;
    }
    const int top = o.low + o.count; /* largest e */
    const unsigned bits = o.count > 18 ? BITS - 3 : BITS;
    const value_id scale = pick_power(l, &o, false, top > 0 ? top : 0);
    const unsigned f = value_at(l, x)->fraction + value_at(l, scale)->fraction;
    const value_id v = emit_exactly(l, emit_product(l, x, scale, magnitude_of(2.2, f)), bits);
    const unsigned fv = value_at(l, v)->fraction;
    const value_id seed =
        mix(l, v, ldexp(kind->seed[1], -SEED_BITS), square_at(l, v, 5, fv),
            ldexp(kind->seed[2], -SEED_BITS), ldexp(kind->seed[0], -SEED_BITS), SEED_BITS, 3);
    const value_id y = emit_at(l, seed, fv);
    const int rest = kind->is_root ? (top + 1) / 2 : top; /* bits of the smallest result */
    const value_id back =
        kind->is_root ? pick_power(l, &o, true, (int) bits + (rest > 0 ? rest : 0)) : scale;
    const double largest = ldexp(2.2, kind->is_root ? -(o.low - 1) / 2 : -o.low);
    const value_id scaled =
        product_at(l, y, back, largest, bits + 1 + (unsigned) (rest > 0 ? rest : 0));
    out->raw = finish(l, node, scaled, correction(l, kind, v, y, fv), rest > 0 ? rest : 0);
}

/* --- By keys --- */

#define KEYED_BITS   27 /* of the smallest result: slopes are integers */
#define KEYED_LEAST  24 /* or INVERSE_UNITS count: 20 octaves of 1/x, 40 of a root */
#define KEYED_RING   48 /* about what a product with the result has */
#define ROUNDS_SAVED 9  /* by keys, */
#define STEPS_BITS                                                                                 \
    1600 /* and what an inverse by steps sends for an element, both parties together, */
#define STEPS_DEALER 1000 /* and the dealer for it */

/* The operand as it is opened: integers times UNIT are real numbers. */
struct keyed {
    value_id x;
    double unit, low, high;
};

/* Of an element, without its message. */
static double keys_price(const struct prices *at, unsigned octaves)
{
    const unsigned depth = octaves + TREE_SPLIT_BITS + 2;
    const struct step s = {.kind = STEP_INVERSE, .in_count = 1};
    struct value values[] = {priced_value(VALUE_SHARED, depth, depth),
                             priced_value(VALUE_SHARED, KEYED_RING, KEYED_RING)};

    return step_price(at, &s, values).seconds / PRICED_ELEMENTS;
}

/* Whether keys weigh less to the planner than rounds and openings of an inverse by steps. On a fast link of little
 * delay they do for some hundred elements only. */
static bool keys_cost_less(const struct lowering *l, int octaves, size_t elements)
{
    const struct prices p = prices_on(&l->options->network);
    const double more = keys_price(&p, (unsigned) octaves) + p.key;
    const double less = p.online_bit * STEPS_BITS + p.dealer_bit * STEPS_DEALER;

    return (more - less) * (double) elements < ROUNDS_SAVED * p.message;
}

/* The most that the smallest result of OCTAVES can have: the largest, at the finest interval, has no more than
 * INVERSE_SCALE_MAX. */
static int most_of_smallest(int octaves, bool is_root)
{
    const int between = octaves + TREE_SPLIT_BITS + 1;

    return log2_down((double) INVERSE_SCALE_MAX) - 1 - (is_root ? (between + 1) / 2 : between);
}

bool lower_inverse_is_one_opening(double low, double high, bool is_root)
{
    const int octaves = log2_up(high) - log2_down(low);

    return octaves <= OCTAVES_MAX && most_of_smallest(octaves, is_root) >= KEYED_LEAST;
}

/* Whether ELEMENTS values of OF go by keys: sets their range. */
static bool takes_keys(struct lowering *l, const mpcf_node *of, size_t elements, bool is_root,
                       struct keyed *k)
{
    if (l->status != MPCF_OK || !node_positive(l, of, &k->low, &k->high)) {
        return false;
    }
    return lower_inverse_is_one_opening(k->low, k->high, is_root) &&
           keys_cost_less(l, log2_up(k->high) - log2_down(k->low), elements);
}

static double inverse_of(double x, bool is_root)
{
    return is_root ? 1 / sqrt(x) : 1 / x;
}

/* The finest interval is narrow against the smallest operand, and a whole number of units: of counts, say, there
 * are made more. */
static int finest_interval(struct lowering *l, struct keyed *k)
{
    const int least = log2_down(k->low / k->unit) - TREE_SPLIT_BITS;

    if (least < 0) {
        k->x = emit_exactly(l, k->x, value_at(l, k->x)->fraction + (unsigned) -least);
        k->unit = ldexp(k->unit, least);
        return 0;
    }
    const int widest = (int) value_at(l, k->x)->magnitude - 2;
    return least > widest ? widest : least;
}

static void emit_keyed(struct lowering *l, struct keyed *k, bool is_root, struct lowered *out)
{
    const int finest = finest_interval(l, k);
    const double interval = ldexp(k->unit, finest);
    const double at_interval = inverse_of(interval, is_root);
    const double largest = 1.1 * inverse_of(ldexp(interval, TREE_SPLIT_BITS), is_root);
    int fraction = KEYED_BITS - log2_down(inverse_of(k->high, is_root));
    const int most = log2_down((double) INVERSE_SCALE_MAX / at_interval) - 1;

    fraction = fraction > most ? most : fraction;
    fraction = fraction > 62 ? 62 : fraction < 0 ? 0 : fraction;
    out->raw =
        emit_inverse(l, k->x, is_root, (unsigned) finest, llround(ldexp(at_interval, fraction)),
                     (unsigned) fraction, magnitude_of(largest, (unsigned) fraction));
}

/* A mean square needs no division: the sum of squares is opened, and has the bits of the mean. */
static value_id sum_with_epsilon(struct lowering *l, const mpcf_node *of, double *unit)
{
    const double columns = (double) node_dims(l, of->in[0]).dim[3];
    const value_id sum = square_sum(l, of);
    const struct value v = *value_at(l, sum);
    const int64_t epsilon = llround(ldexp(of->real * columns, (int) v.fraction));
    const struct term t = term_whole(l, sum, 1, v.dims);

    *unit = ldexp(1 / columns, -(int) v.fraction);
    return epsilon == 0 ? sum : emit_combine(l, v.dims, v.fraction, v.magnitude, &t, 1, epsilon);
}

static bool lower_keyed_mean(struct lowering *l, const mpcf_node *of, bool is_root,
                             struct lowered *out)
{
    const mpcf_node *reader = l->node;
    const uint32_t function = l->function;
    struct keyed k = {0};

    if (!takes_keys(l, of, node_dims(l, of).count, is_root, &k)) {
        return false;
    }
    lower_enter(l, of);
    k.x = sum_with_epsilon(l, of, &k.unit);
    k.x = range_checked_sum(l, of, k.x, k.unit, k.low, k.high);
    l->node = reader;
    l->function = function;
    emit_keyed(l, &k, is_root, out);
    return true;
}

/* false: by steps is cheaper, or the range is beyond what keys take. */
static bool lower_keyed(struct lowering *l, const mpcf_node *of, bool is_root, struct lowered *out)
{
    struct keyed k = {0};

    if (of->kind == OP_ROW_MEAN_SQUARE && !l->nodes[of->id].is_done) {
        return lower_keyed_mean(l, of, is_root, out);
    }
    if (!takes_keys(l, of, node_dims(l, of).count, is_root, &k)) {
        return false;
    }
    k.x = emit_shared(l, lower_wanted(l, of));
    k.unit = ldexp(1, -(int) value_at(l, k.x)->fraction);
    emit_keyed(l, &k, is_root, out);
    return true;
}

static bool lower_uniform_inverse(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c = 0;

    /* A mean square is none, and is not lowered before it is asked for: its sum may do. */
    if (node_past_taps(node->in[0])->kind == OP_ROW_MEAN_SQUARE ||
        !lower_is_uniform(l, node->in[0], &c)) {
        return false;
    }
    if (!(c > 0)) {
        lower_fail(l, MPCF_E_RANGE, "'%s' of %g; expected a positive number", node->name, c);
    }
    out->is_uniform = true;
    out->uniform = node->kind == OP_RSQRT ? 1 / sqrt(c) : 1 / c;
    return true;
}

void lower_reciprocal(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    if (!lower_uniform_inverse(l, node, out) &&
        !lower_keyed(l, node_past_taps(node->in[0]), false, out)) {
        lower_inverse(l, node, &reciprocal, out);
    }
}

void lower_rsqrt(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    if (!lower_uniform_inverse(l, node, out) &&
        !lower_keyed(l, node_past_taps(node->in[0]), true, out)) {
        lower_inverse(l, node, &rsqrt_root, out);
    }
}
