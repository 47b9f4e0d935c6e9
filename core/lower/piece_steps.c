/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions by pieces.
 *
 *   bits_j = x >= cut_j                   one comparison for all cuts
 *   t      = x - center of x's piece      0 in outer pieces, which are straight lines
 *   y      = Horner in t with the piece's coefficients (sums of bits times differences)
 *            + what outer lines give, by bit times x
 *
 * Where neighbours agree about a cut, x may fall on either side of it: the comparison then
 * looks at fewer bits, which is what it costs by.
 *
 * With trained parts a coefficient is that sum and a product of the bits with the provider's numbers, of
 * which no bound is public: so y is the sum of coefficients times powers, modulo the ring, which has a range.
 */
#include "lower/piece_steps.h"

#include <assert.h>
#include <math.h>

#include "graph/owner.h"
#include "lower/emit.h"
#include "lower/emit_guarded.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/piecewise.h"
#include "lower/trained_pieces.h"

/* --- Cuts --- */

/* Largest jump between neighbours within DISTANCE of their cut. */
static double jump(const struct pieces *p, size_t cut, double distance)
{
    const double at = p->cuts[cut];
    double largest = 0;

    for (int side = -1; side <= 1; side++) {
        const double x = at + side * distance;
        const double d = fabs(pieces_at(p, cut, x) - pieces_at(p, cut + 1, x));
        largest = d > largest ? d : largest;
    }
    return largest;
}

static unsigned compare_fraction(const struct lowering *l, const struct piecewise *k)
{
    const double tolerance = ldexp(1, -(int) l->options->value_fraction - 2);

    /* What is trained on both sides of a cut may be anything. */
    for (unsigned f = k->delta != NULL ? k->f : 3; f < k->f; f++) {
        bool good = true;
        for (size_t j = 0; j < k->p->cut_count; j++) {
            const double there = jump(k->p, j, ldexp(1.5 * k->scale, -(int) f));
            /* Fitted pieces that meet with a larger jump may do so here: they are no worse than where they end.
             * A jump that somebody wrote is meant where it is. */
            const double own = k->is_written ? 0 : jump(k->p, j, 0) + tolerance / 4;
            good = good && there < fmax(tolerance, own);
        }
        if (good) {
            return f;
        }
    }
    return k->f;
}

static void compare_cuts(struct lowering *l, struct piecewise *k)
{
    int64_t thresholds[CUTS_MAX];
    const value_id coarse = emit_at(l, k->x, compare_fraction(l, k));
    const int f = (int) value_at(l, coarse)->fraction;
    const double limit = ldexp(1, (int) value_at(l, coarse)->magnitude) - 1;

    for (size_t j = 0; j < k->p->cut_count; j++) {
        const double at = ldexp(k->p->cuts[j] / k->scale, f);
        thresholds[j] = llround(fmax(-limit, fmin(limit, at)));
    }
    k->bits = emit_compare_guarded(l, coarse, thresholds, k->p->cut_count);
    k->ring = emit_bits_to_ring(l, k->bits);
}

/* --- t --- */

static value_id select_row(struct lowering *l, const struct piecewise *k, size_t row)
{
    return emit_select_row(l, k->bits, (uint32_t) row, k->x);
}

struct ends {
    value_id low, high; /* x where it is above the first cut, above the last; else 0 */
};

/* x minus its centre in inner pieces, 0 in outer ones, and the largest that can be. */
static value_id local_t(struct lowering *l, const struct piecewise *k, const struct ends *ends,
                        double *largest)
{
    int64_t table[CUTS_MAX + 1];
    struct term terms[CUTS_MAX + 3];
    size_t count = 0;
    const struct pieces *p = k->p;

    *largest = 0;
    terms[count++] = term_whole(l, k->straight_low ? ends->low : k->x, 1, k->dims);
    if (k->straight_high) {
        terms[count++] = term_whole(l, ends->high, -1, k->dims);
    }
    for (size_t i = 0; i <= p->cut_count; i++) {
        const double center = piece_is_outer(k, i) ? 0 : p->center[i] / k->scale;
        const double from = i == 0 ? k->low : p->cuts[i - 1] / k->scale;
        const double to = i == p->cut_count ? k->high : p->cuts[i] / k->scale;
        const double reach =
            piece_is_outer(k, i) ? 0 : fmax(fabs(from - center), fabs(to - center));
        table[i] = -llround(ldexp(center, (int) k->f));
        *largest = reach > *largest ? reach : *largest;
    }
    *largest += 0.25; /* cuts are looked at with few bits */
    const int64_t constant =
        threshold_terms(k->ring, k->p->cut_count, k->dims, table, terms, &count);
    return emit_combine(l, k->dims, k->f, magnitude_of(*largest, k->f), terms, count, constant);
}

/* --- The whole --- */

/* Whether all inner pieces have one highest coefficient and the outer ones none: t times it is then no
 * product of two values. Clamps are so. */
static bool has_one_top(const struct piecewise *k, double *top)
{
    const size_t degree = k->p->degree;

    *top = piece_coefficient(k, 1, degree);
    for (size_t piece = 1; piece < k->p->cut_count; piece++) {
        if (fabs(piece_coefficient(k, piece, degree) - *top) > 0) {
            return false;
        }
    }
    return degree > 0 && k->straight_low && k->straight_high;
}

/* Inner pieces by Horner; constants of all pieces are in its last coefficient. */
static value_id horner(struct lowering *l, const struct piecewise *k, value_id t, double largest_t)
{
    int64_t table[CUTS_MAX + 1];
    struct term terms[CUTS_MAX + 3];
    /* An error of the highest coefficient is multiplied by t^degree: more bits for wide pieces that
     * somebody wrote. Those fitted here have high ones only where they are narrow. */
    const int wide = k->is_written && k->p->degree > 2 ? log2_up(largest_t) - 1 : 0;
    const unsigned more = wide > 0 ? (unsigned) wide * (unsigned) (k->p->degree - 2) : 0;
    const unsigned fc = l->options->value_fraction + 3 + (more > 8 ? 8 : more);
    value_id r = VALUE_NONE;
    double bound = 0, top = 0;
    const bool one_top = has_one_top(k, &top);

    for (size_t i = k->p->degree + 1; i-- > 0 && l->status == MPCF_OK;) {
        const bool is_second = one_top && i + 1 == k->p->degree;
        size_t count = 0;
        unsigned f = fc;
        if (one_top && i == k->p->degree) {
            bound = fabs(top);
            continue;
        }
        if (is_second) {
            r = magnitude_set(l, emit_scaled(l, t, top), bound * largest_t);
        } else if (r != VALUE_NONE) {
            const unsigned full = value_at(l, r)->fraction + value_at(l, t)->fraction;
            r = emit_product(l, t, r, magnitude_of(bound * largest_t, full)); /* t knows padding */
        }
        if (r != VALUE_NONE) {
            r = emit_at(l, r, fc); /* the last one, too: bits in few bits are few of the dealer's */
            f = value_at(l, r)->fraction;
            terms[count++] = term_whole(l, r, 1, k->dims);
        }
        const double largest = piece_table(k, i, f, table);
        bound = bound * largest_t + largest;
        const int64_t constant =
            threshold_terms(k->ring, k->p->cut_count, k->dims, table, terms, &count);
        r = emit_combine(l, k->dims, f, magnitude_of(bound, f), terms, count, constant);
    }
    return r;
}

/* --- Outer pieces --- */

/* Y + SLOPE x where x is in an outer piece, given there as SELECTED (minus: as x - SELECTED). */
static value_id add_line(struct lowering *l, const struct piecewise *k, value_id y, double slope,
                         value_id selected, bool complement)
{
    if (slope == 0) {
        return y;
    }
    const value_id line =
        complement ? emit_sum(l, k->dims, value_at(l, k->x)->magnitude + 1, k->x, selected, -1)
                   : selected;
    const double reach = fmax(fabs(k->low), fabs(k->high));
    const value_id scaled = magnitude_set(l, emit_scaled(l, line, slope), reach * fabs(slope));
    const unsigned fy = value_at(l, y)->fraction, fs = value_at(l, scaled)->fraction;
    const value_id part = fs > fy ? emit_at(l, scaled, fy) : scaled;
    const double bound = ldexp(1, (int) value_at(l, y)->magnitude - (int) fy) + reach * fabs(slope);
    return emit_sum(l, k->dims, magnitude_of(bound, fy), y, part, 1);
}

static bool is_straight(const struct pieces *p, size_t piece)
{
    for (size_t i = 2; i <= p->degree; i++) {
        if (fabs(p->coef[piece][i]) > 0) {
            return false;
        }
    }
    return true;
}

/* Lines on both sides of the only cut: constants by the bit. */
static value_id by_the_bit(struct lowering *l, const struct piecewise *k)
{
    int64_t table[CUTS_MAX + 1];
    struct term terms[CUTS_MAX + 1];
    size_t count = 0;
    const double largest = piece_table(k, 0, k->f, table);
    const int64_t constant =
        threshold_terms(k->ring, k->p->cut_count, k->dims, table, terms, &count);

    return emit_combine(l, k->dims, k->f, magnitude_of(largest, k->f), terms, count, constant);
}

static value_id between_the_ends(struct lowering *l, const mpcf_node *node, struct piecewise *k,
                                 struct ends *ends)
{
    double largest_t = 0;
    const value_id t = local_t(l, k, ends, &largest_t);

    return k->delta != NULL ? trained_pieces(l, node, k, t, largest_t) : horner(l, k, t, largest_t);
}

static value_id evaluate(struct lowering *l, const mpcf_node *node, struct piecewise *k)
{
    const size_t last = k->p->cut_count;
    struct ends ends = {VALUE_NONE, VALUE_NONE};

    compare_cuts(l, k);
    k->straight_low = is_straight(k->p, 0);
    k->straight_high = is_straight(k->p, last);
    const bool inner = last > 1 || !k->straight_low || !k->straight_high;
    const double slope_low = piece_outer_slope(k, 0), slope_high = piece_outer_slope(k, last);
    if (k->straight_low && (inner || slope_low != 0)) {
        ends.low = select_row(l, k, 0);
    }
    if (k->straight_high && (inner || slope_high != 0)) {
        ends.high = last == 1 && ends.low != VALUE_NONE ? ends.low : select_row(l, k, last - 1);
    }
    value_id y = inner ? between_the_ends(l, node, k, &ends) : by_the_bit(l, k);
    if (k->straight_low) {
        y = add_line(l, k, y, slope_low, ends.low, true);
    }
    if (k->straight_high) {
        y = add_line(l, k, y, slope_high, ends.high, false);
    }
    return magnitude_set_by(l, y, node);
}

/* A factor in front goes into cuts and coefficients. */
const mpcf_node *lower_past_scales(const mpcf_node *x, double *scale)
{
    x = node_past_taps(x);
    while (x->kind == OP_SCALE && x->real > 0) {
        *scale *= x->real;
        x = node_past_taps(x->in[0]);
    }
    return x;
}

/* P of SCALE times X, which has at least WANT fractional bits. */
static void evaluate_at(struct lowering *l, const mpcf_node *node, struct piecewise *k,
                        const mpcf_node *x, int want, struct lowered *out)
{
    if (l->nodes[x->id].want > want) {
        want = l->nodes[x->id].want;
    }
    k->x = emit_shared(l, lower_at(l, x, want < 4 ? 4 : (unsigned) want));
    k->f = value_at(l, k->x)->fraction;
    if (l->status == MPCF_OK) {
        out->raw = evaluate(l, node, k);
    }
}

void lower_pieces_at(struct lowering *l, const mpcf_node *node, const mpcf_node *x, int want,
                     struct pieces *p, struct lowered *out)
{
    struct piecewise k = {.p = p, .scale = 1, .dims = node_dims(l, node)};

    node_interval(l, x, &k.low, &k.high);
    pieces_drop_cuts(p, k.low, k.high);
    evaluate_at(l, node, &k, x, want, out);
}

void lower_pieces(struct lowering *l, const mpcf_node *node, struct pieces *p, struct lowered *out)
{
    struct piecewise k = {.p = p, .scale = 1, .dims = node_dims(l, node)};
    const bool is_trained = node->kind == OP_PIECEWISE_OF;
    const mpcf_node *x =
        is_trained ? node_past_taps(node->in[0]) : lower_past_scales(node->in[0], &k.scale);
    const int want = l->nodes[node_past_taps(node->in[0])->id].want + log2_up(k.scale);

    k.is_written = node->kind == OP_PIECEWISE;
    node_interval(l, x, &k.low, &k.high);
    pieces_drop_dust(p, k.low * k.scale, k.high * k.scale);
    if (is_trained) {
        k.delta = node->in[1];
        if (!node_is_constant(k.delta)) {
            lower_fail(l, MPCF_E_UNSUPPORTED, "'%s': its delta is not the provider's own",
                       node->name);
            return;
        }
    } else {
        pieces_drop_cuts(p, k.low * k.scale, k.high * k.scale);
        pieces_lower_degree(p);
    }
    evaluate_at(l, node, &k, x, want, out);
}
