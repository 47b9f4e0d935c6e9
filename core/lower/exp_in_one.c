/* SPDX-License-Identifier: Apache-2.0 */
/* Which window, buckets and cut an EXP has, by their price, and its steps. */
#include "lower/exp_in_one.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_guarded.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/score_shift.h"
#include "lower/step_price.h"
#include "protocol/exp_shape.h"

#define TOP         1.0  /* a tournament of whole numbers is off by one, levels by less */
#define CUT_LEAST   11.5 /* many that are cut add up to something */
#define STEP_MOST   2    /* log2 */
#define WANTED_MIN  6
#define WANTED_MAX  20
#define OPENED_MAX  40
#define READ_RING   36 /* about what a product with the result has */
#define RESULT_MOST 60 /* bits of the result, of 62 */

struct exp_scores {
    double low;        /* of x, with its margin */
    double lowest;     /* that its bits hold */
    unsigned fraction; /* of x */
    unsigned wanted;   /* bits of the result */
    double cut;        /* below it the result has no bits */
    double elements;
    struct prices at;
};

struct exp_plan {
    bool is_possible, cuts;
    unsigned step;                                   /* log2: what the cut is found by */
    int64_t least;                                   /* of them: kept */
    unsigned compared;                               /* bits of them */
    unsigned buckets, opened, factor_bits, fraction; /* V, K, a; of the result */
    double price;
};

/* --- Which buckets --- */

static unsigned opened_for(double span, unsigned buckets)
{
    unsigned bits = 5;

    while (bits < OPENED_MAX && ldexp((double) (buckets - 1) / buckets, (int) bits) < span) {
        bits++;
    }
    return bits;
}

/* Of PRICED_ELEMENTS. */
static struct step_price exp_price(const struct exp_scores *s, const struct exp_plan *p,
                                   unsigned ring)
{
    const struct step step = {.kind = STEP_EXP,
                              .in_count = p->cuts ? 2 : 1,
                              .opened = p->opened,
                              .buckets = p->buckets,
                              .factor_bits = p->factor_bits};
    struct value values[3] = {priced_value(VALUE_SHARED, p->opened, p->opened),
                              priced_value(VALUE_BITS, 0, 1)};

    values[step.in_count] = priced_value(VALUE_SHARED, ring, ring);
    return step_price(&s->at, &step, values);
}

/* Of a result that no ring holds with what it is multiplied by. */
static struct step_price extend_price(const struct exp_scores *s)
{
    const struct step step = {.kind = STEP_TRUNCATE_EXTEND, .in_count = 1};
    struct value values[] = {priced_value(VALUE_SHARED, s->wanted + 7, s->wanted + 8),
                             priced_value(VALUE_SHARED, s->wanted + 7, READ_RING)};

    return step_price(&s->at, &step, values);
}

static double price_of(const struct exp_scores *s, const struct exp_plan *p)
{
    const unsigned ring = READ_RING + p->fraction - s->wanted;
    const struct step_price whole = exp_price(s, p, ring < 64 ? ring : 64);
    double seconds = whole.seconds / PRICED_ELEMENTS, rounds = whole.rounds;

    if (p->cuts) {
        const struct step_price c = compare_price(&s->at, p->compared);
        seconds += c.seconds;
        rounds += c.rounds;
    }
    if (ring > 64) {
        const struct step_price extended = extend_price(s);
        seconds += extended.seconds / PRICED_ELEMENTS;
        rounds += extended.rounds;
    }
    return seconds * s->elements + rounds * s->at.message;
}

/* Both factors leave an error of half a unit of the bit behind the last that is wanted. */
static struct exp_plan plan_of(const struct exp_scores *s, unsigned buckets, bool cuts,
                               unsigned step)
{
    struct exp_plan p = {.cuts = cuts, .buckets = buckets, .step = step};

    p.least = (int64_t) floor(ldexp(s->cut, -(int) step));
    p.compared = magnitude_of(ldexp(TOP - s->low, -(int) step) / 2 + 2, 0);
    const double low = cuts ? ldexp((double) (p.least - 1), (int) step) : s->lowest;
    p.opened = opened_for(ldexp(TOP - low, (int) s->fraction) + 8, buckets);
    const double width = ldexp(1, (int) p.opened - (int) s->fraction) / buckets;
    const double bits = s->wanted + 2 + ceil(width / log(2));
    p.factor_bits = bits > EXP_FACTOR_BITS ? EXP_FACTOR_BITS : (unsigned) bits;
    p.fraction = p.factor_bits + s->wanted + 1;
    p.is_possible =
        p.opened < OPENED_MAX && bits <= EXP_FACTOR_BITS && p.fraction <= RESULT_MOST && width < 16;
    p.price = price_of(s, &p);
    return p;
}

static struct exp_plan cheapest_plan(const struct exp_scores *s)
{
    struct exp_plan best = {0};

    for (unsigned buckets = 4; buckets <= EXP_BUCKETS_MAX; buckets *= 2) {
        for (unsigned way = 0; way <= 1 + STEP_MOST; way++) {
            const struct exp_plan p = plan_of(s, buckets, way > 0, way > 0 ? way - 1 : 0);
            best = p.is_possible && (!best.is_possible || p.price < best.price) ? p : best;
        }
    }
    return best;
}

/* --- Steps --- */

/* [x >= CUT], of multiples of the step that may be one too high: what is kept is from one less on. */
static value_id kept_bits(struct lowering *l, value_id x, const struct exp_scores *s,
                          const struct exp_plan *p)
{
    const int64_t middle = llround(ldexp((s->low + TOP) / 2, -(int) p->step));
    const int64_t threshold = p->least - middle;
    const struct value v = *value_at(l, x);
    const struct term whole = term_whole(l, x, 1, v.dims);
    /* Declared as so many steps. */
    const value_id steps = emit_combine(l, v.dims, v.fraction + p->step, v.magnitude, &whole, 1, 0);
    const value_id y = emit_truncate(l, steps, v.fraction + p->step, p->compared + 1);
    const struct term t = term_whole(l, y, 1, v.dims);

    return emit_compare_guarded(l, emit_combine(l, v.dims, 0, p->compared, &t, 1, -middle),
                                &threshold, 1);
}

static struct exp_scores scores_of(struct lowering *l, const mpcf_node *node, value_id x)
{
    const int want = l->nodes[node->id].want;
    struct exp_scores s = {.fraction = value_at(l, x)->fraction,
                           .elements = (double) value_at(l, x)->dims.count,
                           .at = prices_on(&l->options->network)};
    double high = 0;

    s.lowest = -ldexp(1, (int) value_at(l, x)->magnitude - 1 - (int) s.fraction);
    node_interval(l, node->in[0], &s.low, &high);
    s.low -= score_shift_in(l, node->in[0]).below + 0.125;
    s.wanted = want < WANTED_MIN ? WANTED_MIN : want > WANTED_MAX ? WANTED_MAX : (unsigned) want;
    s.cut = -fmax((s.wanted + 1) * log(2), CUT_LEAST);
    return s;
}

/* TOP - x, which is not negative. */
static value_id below_top(struct lowering *l, value_id x, const struct exp_scores *s,
                          const struct exp_plan *p, int64_t top)
{
    const struct value v = *value_at(l, x);
    const struct term t = term_whole(l, x, -1, v.dims);
    const unsigned m = p->cuts ? magnitude_of(2 * (TOP - s->low) + 4, v.fraction) : p->opened + 1;

    return emit_combine(l, v.dims, v.fraction, m, &t, 1, top);
}

/* Scores less the maximum of these scores: never above TOP. */
static bool is_below_maximum(const mpcf_node *of)
{
    const mpcf_node *max = of->kind == OP_SUB ? node_past_taps(of->in[1]) : NULL;

    return max != NULL && max->kind == OP_ROW_MAX &&
           node_past_taps(of->in[0]) == node_past_taps(max->in[0]);
}

bool exp_in_one(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const mpcf_node *of = node_past_taps(node->in[0]);

    if (!is_below_maximum(of)) {
        return false;
    }
    const value_id x = emit_shared(l, lower_wanted(l, of));
    if (l->status != MPCF_OK) {
        return true;
    }
    const struct exp_scores s = scores_of(l, node, x);
    const struct exp_plan p = cheapest_plan(&s);
    if (!p.is_possible) {
        return false;
    }
    const int64_t top = (int64_t) ldexp(TOP, (int) s.fraction) + 4;
    const struct emit_exp e = {
        .x = below_top(l, x, &s, &p, top),
        .bits = p.cuts ? kept_bits(l, x, &s, &p) : VALUE_NONE,
        .point = s.fraction,
        .opened = p.opened,
        .buckets = p.buckets,
        .factor_bits = p.factor_bits,
        .constant = (int64_t) ldexp(exp(ldexp((double) top, -(int) s.fraction)), (int) p.fraction)};
    const value_id raw = emit_exp(l, &e, p.fraction, magnitude_of(exp(TOP) * 1.1, p.fraction));
    /* Two sites: what its rings leave no room for is extended where it has few bits. A local truncation by s bits adds
     * 2^-s units on average, which a row adds up: not by few. */
    out->raw = emit_at(l, raw, s.wanted + 5);
    return true;
}
