/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions by waves.
 *
 * A gate with lines 0 and x is x / 2 + E, E even:
 *
 *   u = x / 2 + E(x)              E a sum of cosines, good to |x| < reach: one round
 *   y = inside u + above x        two bits, looked up by a coarse x in the same round; one round more
 *
 * A curve from -1 to 1 is odd, v a sum of sines:
 *
 *   y = -1 + not_below (v + 1) + above (1 - v)
 *
 * A coarse x is off by up to a unit on either side. So bits change where both sides of a cut are good: waves reach
 * a unit further than the last x that is inside, and lines are near enough from a unit before. Beyond its reach the
 * sum of waves is anything, times a bit that is 0. Bits are right for all x that x's value holds, which is more than
 * calibration's interval: neither the reference nor check_ranges tells of x in between. In units of 1/2 there is one
 * coarse x more than a power of two, rounded up to the limit. So units are longer by 1.5 of those up to it, and cuts in
 * the middle of one, where that asks for no wave more: an index of one bit less tells all coarse x apart.
 */
#include "lower/wave_steps.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"

#define COARSE        1    /* bits behind the point of a coarse x */
#define LOOKUP_BITS   8    /* an index of more costs the dealer more than a comparison's rounds */
#define GUARD         3    /* bits of waves' factors beyond x's */
#define TOLERANCE     2e-5 /* with half of the lines' */
#define MULTIPLE_MOST 48   /* bits of a multiple of x */

struct waved {
    const struct wave_form *form;
    struct wave_fit fit;
    struct dims dims;
    value_id x;
    unsigned f, m;   /* fraction and magnitude of x, as it came: all that readers may meet */
    int64_t inside;  /* in coarse units: the last */
    unsigned longer; /* s: a coarse unit is 2^-COARSE / (1 - 3 / 2^s); 0: 2^-COARSE */
};

static double coarse_unit(const struct waved *w)
{
    const double half = ldexp(1, -COARSE);

    return w->longer == 0 ? half : half / (1 - ldexp(3, -(int) w->longer));
}

/* Where the first zone of cuts begins, and how far waves are good, in coarse units. */
static double zone_of(const struct waved *w)
{
    return (double) w->inside - (w->longer == 0 ? 0 : 0.5);
}

static double reach_of(const struct waved *w)
{
    return (zone_of(w) + 1) * coarse_unit(w);
}

/* What |x| is below. */
static double limit_of(const struct waved *w)
{
    return ldexp(1, (int) w->m - 1 - (int) w->f);
}

static bool is_within_reach(const struct waved *w)
{
    return limit_of(w) <= reach_of(w);
}

/* A turn of as many units as x is opened in where it is selected, so that it is opened once: bits of the longer of
 * both. */
static unsigned common_turn(const struct waved *w)
{
    const unsigned turn = (unsigned) ((int) w->f + w->fit.turn);

    return w->m + 1 > turn ? w->m + 1 : turn;
}

/* Whether a few waves are as good as pieces. */
static bool fits(struct waved *w)
{
    const struct wave_form *form = w->form;

    w->inside = (int64_t) ceil(form->end / coarse_unit(w) + (w->longer == 0 ? 0 : 0.5));
    return fit_waves(form->function, form->context, form->is_odd, reach_of(w), TOLERANCE,
                     &w->fit) &&
           (int) w->f + w->fit.turn >= 2 && common_turn(w) <= WAVES_TURN_BITS &&
           ldexp(wave_fit_largest(&w->fit), (int) w->f + GUARD) <
               ldexp(1, WAVES_COEFFICIENT_BITS) - 1;
}

/* In longer units, if that may be. */
static bool find_waves(struct waved *w)
{
    const int limit = (int) w->m - 1 - (int) w->f + COARSE; /* log2 of units of 2^-COARSE */
    struct waved longer = *w;

    if (!fits(w)) {
        return false;
    }
    longer.longer = limit > 2 ? (unsigned) limit + 1 : 0;
    if (longer.longer > 0 && w->m + longer.longer < MULTIPLE_MOST && !is_within_reach(w) &&
        fits(&longer) && longer.fit.count <= w->fit.count) {
        *w = longer;
    }
    return true;
}

/* A copy of x for all that opens it here: x itself keeps its range. */
static value_id with_turn(struct lowering *l, const struct waved *w)
{
    const struct term t = term_whole(l, w->x, 1, w->dims);

    return emit_combine(l, w->dims, w->f, common_turn(w) - 1, &t, 1, 0);
}

/* The sum of waves, with one bit more behind the point than x has. */
static value_id waves_of(struct lowering *l, const struct waved *w)
{
    struct emit_waves e = {.turn = common_turn(w),
                           .fraction = w->f + GUARD,
                           .count = w->fit.count,
                           .is_odd = w->fit.is_odd};
    const int64_t turns = (int64_t) 1 << ((int) e.turn - (int) w->f - w->fit.turn);

    e.first = w->fit.first * turns;
    e.distance = w->fit.distance * turns;
    e.constant = llround(ldexp(w->fit.constant, (int) e.fraction));
    for (size_t j = 0; j < e.count; j++) {
        e.factor[j] = llround(ldexp(w->fit.factor[j], (int) e.fraction));
    }
    return emit_at(l, emit_waves(l, w->x, &e), w->f + 1);
}

/* --- Bits of a coarse x --- */

/* Bits of an index that tells all coarse x apart: one to spare for those that are rounded up to the limit, which none of
 * longer units is. */
static unsigned index_bits(const struct waved *w)
{
    const int bits = (int) w->m - (int) w->f + COARSE + (w->longer == 0 ? 1 : 0);

    return bits < 2 ? 2 : (unsigned) bits;
}

static bool looks_up(const struct waved *w)
{
    return index_bits(w) <= LOOKUP_BITS;
}

/* The first coarse x from the lower cut on. */
static int64_t lower_cut(const struct waved *w)
{
    return w->longer == 0 ? -w->inside : 1 - w->inside;
}

static value_id look_up(struct lowering *l, const struct waved *w, value_id coarse,
                        bool up_to_upper)
{
    const int64_t count = (int64_t) 1 << index_bits(w);
    int64_t entries[1 << LOOKUP_BITS];

    for (int64_t at = -count / 2; at < count / 2; at++) {
        const bool is_above = at > w->inside;
        const bool is_first = at >= lower_cut(w) && !(up_to_upper && is_above);
        entries[at & (count - 1)] = (is_first ? 1 : 0) | (is_above ? 2 : 0);
    }
    return emit_table_lookup(l, coarse, entries, (size_t) count, 2);
}

/* X in coarse units, or one more. */
static value_id coarse_of(struct lowering *l, const struct waved *w)
{
    const unsigned s = w->longer;

    if (s == 0) {
        return emit_at(l, w->x, COARSE);
    }
    const struct term t = term_whole(l, w->x, ((int64_t) 1 << s) - 3, w->dims);
    const int64_t half = (int64_t) 1 << (w->f + s - COARSE - 1);

    return emit_at(l, emit_combine(l, w->dims, w->f + s, w->m + s, &t, 1, half), COARSE);
}

/* Row 0: from the lower end on and, UP_TO_UPPER, which looks up, below the upper one; row 1: from the upper one on. */
static value_id bits_of(struct lowering *l, const struct waved *w, bool up_to_upper)
{
    const int64_t ends[2] = {lower_cut(w), w->inside + 1};
    const value_id coarse = coarse_of(l, w);

    if (l->status != MPCF_OK) {
        return VALUE_NONE;
    }
    struct value *v = &l->program->values[coarse];
    v->magnitude = v->magnitude < index_bits(w) ? index_bits(w) : v->magnitude;
    return looks_up(w) ? look_up(l, w, coarse, up_to_upper) : emit_compare(l, coarse, ends, 2);
}

/* CONSTANT, bits of row 0 times A and of row 1 times B: all of NODE. */
static value_id chosen(struct lowering *l, const mpcf_node *node, const struct waved *w,
                       value_id bits, value_id a, value_id b, double constant)
{
    const value_id first = emit_select_row(l, bits, 0, a), second = emit_select_row(l, bits, 1, b);
    const unsigned f = value_at(l, first)->fraction;
    const int64_t weight = (int64_t) 1 << (f - value_at(l, second)->fraction);
    const struct term terms[2] = {term_whole(l, first, 1, w->dims),
                                  term_whole(l, second, weight, w->dims)};

    return emit_combine(l, w->dims, f, lower_magnitude(l, node, f), terms, 2,
                        llround(ldexp(constant, (int) f)));
}

/* --- Gates and curves --- */

static value_id gate_of(struct lowering *l, const mpcf_node *node, const struct waved *w)
{
    const unsigned f = w->f + 1;
    const double largest = limit_of(w), most = wave_fit_largest(&w->fit) + 1;
    const struct term sum[2] = {term_whole(l, waves_of(l, w), 1, w->dims),
                                term_whole(l, w->x, 1, w->dims)};
    const value_id u = emit_combine(l, w->dims, f, magnitude_of(largest / 2 + most, f), sum, 2, 0);

    if (l->status != MPCF_OK || is_within_reach(w)) {
        return u;
    }
    if (looks_up(w)) {
        return chosen(l, node, w, bits_of(l, w, true), u, w->x, 0);
    }
    const struct term rest[2] = {term_whole(l, w->x, 2, w->dims), term_whole(l, u, -1, w->dims)};
    const value_id more =
        emit_combine(l, w->dims, f, magnitude_of(1.5 * largest + most, f), rest, 2, 0);
    return chosen(l, node, w, bits_of(l, w, false), u, more, 0);
}

/* X, or -X, and 1 more. */
static value_id one_more(struct lowering *l, const struct waved *w, value_id x, int64_t sign)
{
    const struct term t = term_whole(l, x, sign, w->dims);
    const unsigned f = w->f + 1;

    return emit_combine(l, w->dims, f, magnitude_of(wave_fit_largest(&w->fit) + 2, f), &t, 1,
                        (int64_t) 1 << f);
}

static value_id curve_of(struct lowering *l, const mpcf_node *node, const struct waved *w)
{
    const value_id v = waves_of(l, w);

    if (l->status != MPCF_OK || is_within_reach(w)) {
        return v;
    }
    const value_id low = one_more(l, w, v, 1), high = one_more(l, w, v, -1);
    return chosen(l, node, w, bits_of(l, w, false), low, high, -1);
}

bool lower_waves_at(struct lowering *l, const mpcf_node *node, const mpcf_node *x, int want,
                    const struct wave_form *form, struct lowered *out)
{
    struct waved w = {.form = form, .dims = node_dims(l, node)};

    if (l->nodes[x->id].want > want) {
        want = l->nodes[x->id].want;
    }
    w.x = emit_shared(l, lower_at(l, x, want < 4 ? 4 : (unsigned) want));
    if (l->status != MPCF_OK) {
        return false;
    }
    w.f = value_at(l, w.x)->fraction;
    w.m = value_at(l, w.x)->magnitude;
    if (w.m == 0 || !find_waves(&w)) {
        return false;
    }
    w.x = with_turn(l, &w);
    out->raw = form->is_odd ? curve_of(l, node, &w) : gate_of(l, node, &w);
    return true;
}
