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
#include "lower/lower_node.h"
#include "lower/magnitude.h"

struct piecewise {
    const struct pieces *p;
    double scale; /* the function is of scale * value */
    value_id x;
    unsigned f;          /* fraction of x */
    double low, high;    /* of the value, with margin */
    value_id bits, ring; /* as bits, as numbers */
    struct dims dims;
    bool straight_low, straight_high; /* outer pieces */
    bool is_written;                  /* PIECEWISE: by a builder, not fitted */
    const mpcf_node *delta;           /* PIECEWISE_OF, or NULL */
};

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
    k->bits = emit_compare(l, coarse, thresholds, k->p->cut_count);
    k->ring = emit_bits_to_ring(l, k->bits);
}

/* --- Parts of the sum --- */

static struct term bit_term(const struct piecewise *k, size_t j, int64_t weight)
{
    struct term t = {.x = k->ring, .weight = weight, .first = j * k->dims.count};
    size_t stride = 1;

    for (int i = MPCF_RANK_MAX - 1; i >= 0; i--) {
        t.stride[i] = stride;
        stride *= k->dims.dim[i];
    }
    return t;
}

/* Adds terms of what TABLE gives for x's piece to TERMS; returns the constant. */
static int64_t table_terms(const struct piecewise *k, const int64_t *table, struct term *terms,
                           size_t *count)
{
    for (size_t j = 0; j < k->p->cut_count; j++) {
        if (table[j + 1] != table[j]) {
            terms[(*count)++] = bit_term(k, j, table[j + 1] - table[j]);
        }
    }
    return table[0];
}

static bool is_outer(const struct piecewise *k, size_t piece)
{
    return (piece == 0 && k->straight_low) || (piece == k->p->cut_count && k->straight_high);
}

/* Coefficient I of value^i about the centre, for inner pieces; outer ones have what is constant. */
static double coefficient(const struct piecewise *k, size_t piece, size_t i)
{
    const struct pieces *p = k->p;

    if (is_outer(k, piece)) {
        const double slope = p->degree > 0 ? p->coef[piece][1] : 0;
        return i == 0 ? p->coef[piece][0] - slope * p->center[piece] : 0;
    }
    return p->coef[piece][i] * pow(k->scale, (double) i);
}

static double outer_slope(const struct piecewise *k, size_t piece)
{
    return k->p->degree > 0 ? k->p->coef[piece][1] * k->scale : 0;
}

static double table_of(const struct piecewise *k, size_t i, unsigned f, int64_t *table)
{
    double largest = 0;

    for (size_t piece = 0; piece <= k->p->cut_count; piece++) {
        const double c = coefficient(k, piece, i);
        table[piece] = llround(ldexp(c, (int) f));
        largest = fabs(c) > largest ? fabs(c) : largest;
    }
    return largest;
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
        const double center = is_outer(k, i) ? 0 : p->center[i] / k->scale;
        const double from = i == 0 ? k->low : p->cuts[i - 1] / k->scale;
        const double to = i == p->cut_count ? k->high : p->cuts[i] / k->scale;
        const double reach = is_outer(k, i) ? 0 : fmax(fabs(from - center), fabs(to - center));
        table[i] = -llround(ldexp(center, (int) k->f));
        *largest = reach > *largest ? reach : *largest;
    }
    *largest += 0.25; /* cuts are looked at with few bits */
    const int64_t constant = table_terms(k, table, terms, &count);
    return emit_combine(l, k->dims, k->f, magnitude_of(*largest, k->f), terms, count, constant);
}

/* --- The whole --- */

/* Whether all inner pieces have one highest coefficient and the outer ones none: t times it is then no
 * product of two values. Clamps are so. */
static bool has_one_top(const struct piecewise *k, double *top)
{
    const size_t degree = k->p->degree;

    *top = coefficient(k, 1, degree);
    for (size_t piece = 1; piece < k->p->cut_count; piece++) {
        if (fabs(coefficient(k, piece, degree) - *top) > 0) {
            return false;
        }
    }
    return degree > 0 && k->straight_low && k->straight_high;
}

static value_id scaled_by(struct lowering *l, value_id t, double c, double largest)
{
    const value_id y = emit_scaled(l, t, c, 0);

    if (l->status == MPCF_OK) {
        struct value *v = &l->program->values[y];
        v->magnitude = magnitude_of(largest, v->fraction);
    }
    return y;
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
            r = scaled_by(l, t, top, bound * largest_t);
        } else if (r != VALUE_NONE) {
            const unsigned full = value_at(l, r)->fraction + value_at(l, t)->fraction;
            r = emit_product(l, t, r, magnitude_of(bound * largest_t, full)); /* t knows padding */
        }
        if (r != VALUE_NONE) {
            r = emit_at(l, r, fc); /* the last one, too: bits in few bits are few of the dealer's */
            f = value_at(l, r)->fraction;
            terms[count++] = term_whole(l, r, 1, k->dims);
        }
        const double largest = table_of(k, i, f, table);
        bound = bound * largest_t + largest;
        const int64_t constant = table_terms(k, table, terms, &count);
        r = emit_combine(l, k->dims, f, magnitude_of(bound, f), terms, count, constant);
    }
    return r;
}

/* --- Trained parts --- */

/* What the provider adds to each coefficient, [elements, degree + 1]: which inner piece x lies in, times
 * delta. */
static value_id trained_parts(struct lowering *l, const struct piecewise *k, unsigned fraction)
{
    const size_t n = k->dims.count, inner = k->p->cut_count - 1, columns = k->p->degree + 1;
    const struct term terms[2] = {
        {.x = k->ring, .weight = 1, .first = 0, .stride = {0, 0, 1, n}},
        {.x = k->ring, .weight = -1, .first = n, .stride = {0, 0, 1, n}},
    };
    const value_id lies_in = emit_combine(l, dims_of(1, 1, n, inner), 0, 2, terms, 2, 0);
    const value_id weight = lower_constant(l, k->delta, fraction);
    const struct dims dims = dims_of(1, 1, n, columns);

    return l->options->weights_shared
               ? emit_matmul(l, lies_in, weight, true, dims, 0)
               : emit_linear(l, STEP_LINEAR, emit_masked(l, lies_in), weight, dims);
}

/* t^2 .. t^degree, of FRACTION bits. */
static void powers_of(struct lowering *l, const struct piecewise *k, value_id t, double largest_t,
                      unsigned fraction, value_id *power)
{
    power[1] = t;
    for (size_t i = 2; i <= k->p->degree && l->status == MPCF_OK; i++) {
        const value_id a = power[i / 2], b = power[i - i / 2];
        const unsigned f = value_at(l, a)->fraction + value_at(l, b)->fraction;
        const unsigned m = magnitude_of(pow(largest_t, (double) i), f);

        power[i] = emit_at(l, a == b ? emit_square(l, a, m) : emit_product(l, a, b, m), fraction);
    }
}

/* Coefficient I of x's piece, public and trained part. No bound is known of what is trained: it wraps,
 * and only the sum of all terms, which has a range, does not. */
static value_id trained_coefficient(struct lowering *l, const struct piecewise *k, size_t i,
                                    value_id parts)
{
    const unsigned f = value_at(l, parts)->fraction;
    const size_t columns = k->p->degree + 1;
    int64_t table[CUTS_MAX + 1];
    struct term terms[CUTS_MAX + 3];
    size_t count = 0, stride = columns;

    terms[count] = (struct term){.x = parts, .weight = 1, .first = i};
    for (int j = MPCF_RANK_MAX - 1; j >= 0; j--) {
        terms[count].stride[j] = stride;
        stride *= k->dims.dim[j];
    }
    count++;
    (void) table_of(k, i, f, table);
    const int64_t constant = table_terms(k, table, terms, &count);
    return emit_combine(l, k->dims, f, 0, terms, count, constant);
}

/* In place of Horner: the sum of coefficients times powers, modulo the ring. */
static value_id trained_sum(struct lowering *l, const mpcf_node *node, const struct piecewise *k,
                            value_id t, double largest_t)
{
    const int each = log2_up(largest_t) > 0 ? log2_up(largest_t) : 0;
    const unsigned fp = l->options->value_fraction + 3;
    const unsigned wanted = fp + (unsigned) each * (unsigned) k->p->degree;
    const value_id parts = trained_parts(l, k, wanted > 24 ? 24 : wanted);
    value_id power[PIECE_DEGREE_MAX + 1] = {0}, products[PIECE_DEGREE_MAX + 1] = {0};
    struct term terms[PIECE_DEGREE_MAX + 1];
    unsigned top = 0;

    powers_of(l, k, t, largest_t, fp, power);
    for (size_t i = 0; i <= k->p->degree && l->status == MPCF_OK; i++) {
        products[i] = trained_coefficient(l, k, i, parts);
        products[i] = i == 0 ? products[i] : emit_product(l, power[i], products[i], 0);
        top = value_at(l, products[i])->fraction > top ? value_at(l, products[i])->fraction : top;
    }
    if (l->status != MPCF_OK) {
        return VALUE_NONE;
    }
    for (size_t i = 0; i <= k->p->degree; i++) {
        const unsigned shift = top - value_at(l, products[i])->fraction;
        terms[i] = term_whole(l, products[i], (int64_t) 1 << shift, k->dims);
    }
    const double outer = fmax(fabs(coefficient(k, 0, 0)), fabs(coefficient(k, k->p->cut_count, 0)));
    return emit_combine(l, k->dims, top, magnitude_of(node_largest(l, node) + outer, top), terms,
                        k->p->degree + 1, 0);
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
    const value_id scaled = emit_scaled(l, line, slope, 0);
    if (l->status == MPCF_OK) {
        struct value *v = &l->program->values[scaled];
        v->magnitude = magnitude_of(reach * fabs(slope), v->fraction);
    }
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
    const double largest = table_of(k, 0, k->f, table);
    const int64_t constant = table_terms(k, table, terms, &count);

    return emit_combine(l, k->dims, k->f, magnitude_of(largest, k->f), terms, count, constant);
}

static value_id between_the_ends(struct lowering *l, const mpcf_node *node, struct piecewise *k,
                                 struct ends *ends)
{
    double largest_t = 0;
    const value_id t = local_t(l, k, ends, &largest_t);

    return k->delta != NULL ? trained_sum(l, node, k, t, largest_t) : horner(l, k, t, largest_t);
}

static value_id evaluate(struct lowering *l, const mpcf_node *node, struct piecewise *k)
{
    const size_t last = k->p->cut_count;
    struct ends ends = {VALUE_NONE, VALUE_NONE};

    compare_cuts(l, k);
    k->straight_low = is_straight(k->p, 0);
    k->straight_high = is_straight(k->p, last);
    const bool inner = last > 1 || !k->straight_low || !k->straight_high;
    const double slope_low = outer_slope(k, 0), slope_high = outer_slope(k, last);
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
    if (l->status == MPCF_OK) {
        struct value *v = &l->program->values[y];
        v->magnitude = lower_magnitude(l, node, v->fraction);
    }
    return y;
}

/* Cuts outside the value's range would never be passed: their pieces go. */
static void drop_cuts(struct pieces *p, double low, double high)
{
    size_t first = 0, end = p->cut_count;

    while (first + 1 < end && p->cuts[first] < low) {
        first++;
    }
    while (end > first + 1 && p->cuts[end - 1] > high) {
        end--;
    }
    for (size_t i = first; i < end; i++) {
        p->cuts[i - first] = p->cuts[i];
    }
    for (size_t i = first; i <= end; i++) {
        p->center[i - first] = p->center[i];
        for (size_t j = 0; j <= p->degree; j++) {
            p->coef[i - first][j] = p->coef[i][j];
        }
    }
    p->cut_count = end - first;
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
    drop_cuts(p, k.low, k.high);
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
        drop_cuts(p, k.low * k.scale, k.high * k.scale);
        pieces_lower_degree(p);
    }
    evaluate_at(l, node, &k, x, want, out);
}
