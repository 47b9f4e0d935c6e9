/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-up in a public table.
 *
 *   q = (x - low) count / (high - low)     a scale; s bits behind the point
 *   c = q clamped to 0 .. count - 2^-s     one comparison, two selections
 *   y = c / 2^s, or one more               a truncation
 *   u = y - [c < y 2^s]                    floor(c), exactly: a comparison of s + 2 bits
 *   the entry's bits (TABLE_LOOKUP), as numbers, times powers of two
 *
 * A truncation alone would pick one of two neighbours by chance.
 */
#include "lower/lower_table.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_guarded.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"

#define INDEX_FRACTION 12 /* bits of an entry's width that decide between neighbours */
#define PLANES_MAX     24

struct table {
    const double *entries;
    size_t count;
    unsigned bits; /* of the index */
    double low, rate;
    struct dims dims;
};

static struct table table_of(const struct lowering *l, const mpcf_node *node)
{
    const size_t count = node->degree - 1;
    struct table t = {.entries = node->coef + 2, .count = count, .dims = node_dims(l, node)};

    t.low = node->coef[0];
    t.rate = (double) count / (node->coef[1] - node->coef[0]);
    while ((size_t) 1 << t.bits < count) {
        t.bits++;
    }
    return t;
}

/* q. */
static value_id place_of(struct lowering *l, const struct table *t, const mpcf_node *x)
{
    double low = 0, high = 0;

    node_interval(l, x, &low, &high);
    const double reach = fmax(fabs(low), fabs(high)) * t->rate;
    const value_id scaled = emit_scaled(l, emit_shared(l, lower_wanted(l, x)), t->rate);
    const value_id q = emit_at(l, magnitude_set(l, scaled, reach), INDEX_FRACTION);
    const unsigned f = value_at(l, q)->fraction;
    const double offset = -t->low * t->rate;
    const struct term whole = term_whole(l, q, 1, t->dims);
    return emit_combine(l, t->dims, f, magnitude_of(reach + fabs(offset), f), &whole, 1,
                        llround(ldexp(offset, (int) f)));
}

/* c: x from 0 on, less x from COUNT on, and there the largest. */
static value_id clamped(struct lowering *l, const struct table *t, value_id q)
{
    const unsigned f = value_at(l, q)->fraction;
    const int64_t end = (int64_t) t->count << f, cuts[2] = {0, end};
    const value_id bits = emit_compare_guarded(l, q, cuts, 2);
    const value_id ring = emit_bits_to_ring(l, bits);
    const value_id inside = emit_select_row(l, bits, 0, q);
    const value_id beyond = emit_select_row(l, bits, 1, q);
    const struct term terms[3] = {term_whole(l, inside, 1, t->dims),
                                  term_whole(l, beyond, -1, t->dims),
                                  term_row(ring, 1, end - 1, t->dims)};

    return emit_combine(l, t->dims, f, t->bits + f + 2, terms, 3, 0);
}

/* u. */
static value_id index_of(struct lowering *l, const struct table *t, value_id c)
{
    const unsigned f = value_at(l, c)->fraction;
    const int64_t zero = 0;

    if (f == 0 || l->status != MPCF_OK) {
        return c;
    }
    const value_id y = emit_truncate(l, c, f, t->bits + 2);
    const struct term rest[2] = {term_whole(l, c, 1, t->dims),
                                 term_whole(l, y, -((int64_t) 1 << f), t->dims)};
    const value_id left = emit_combine(l, t->dims, f, f + 2, rest, 2, 0);
    const value_id is_below = emit_bits_to_ring(l, emit_compare_guarded(l, left, &zero, 1));
    const struct term terms[2] = {term_whole(l, y, 1, t->dims), term_row(is_below, 0, 1, t->dims)};

    return emit_combine(l, t->dims, 0, t->bits + 2, terms, 2, -1);
}

/* Entries at FRACTION bits, less the smallest; the last one again up to a power of two. */
static unsigned rounded(const struct table *t, unsigned fraction, int64_t *out, int64_t *smallest)
{
    int64_t largest;
    unsigned planes = 1;

    for (size_t i = 0; i < (size_t) 1 << t->bits; i++) {
        out[i] = llround(ldexp(t->entries[i < t->count ? i : t->count - 1], (int) fraction));
    }
    *smallest = largest = out[0];
    for (size_t i = 1; i < t->count; i++) {
        *smallest = out[i] < *smallest ? out[i] : *smallest;
        largest = out[i] > largest ? out[i] : largest;
    }
    for (size_t i = 0; i < (size_t) 1 << t->bits; i++) {
        out[i] -= *smallest;
    }
    while ((largest - *smallest) >> planes != 0) {
        planes++;
    }
    return planes;
}

static double largest_entry(const struct table *t)
{
    double largest = 0;

    for (size_t i = 0; i < t->count; i++) {
        largest = fmax(largest, fabs(t->entries[i]));
    }
    return largest;
}

void lower_table(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const struct table t = table_of(l, node);
    const int most = PLANES_MAX - 2 - log2_up(largest_entry(&t));
    const int want = l->nodes[node->id].want < 4 ? 4 : l->nodes[node->id].want;
    int64_t entries[4096] = {0}, smallest = 0;
    struct term terms[PLANES_MAX];

    if (most < 0) {
        lower_fail(l, MPCF_E_RANGE, "'%s': entries up to %g; 2^%d is the most", node->name,
                   largest_entry(&t), PLANES_MAX - 2);
        return;
    }
    const unsigned f = (unsigned) (want < most ? want : most);
    const unsigned planes = rounded(&t, f, entries, &smallest);
    const value_id index = index_of(l, &t, clamped(l, &t, place_of(l, &t, node->in[0])));
    const value_id bits = emit_table_lookup(l, index, entries, (size_t) 1 << t.bits, planes);
    const value_id ring = emit_bits_to_ring(l, bits);
    for (size_t p = 0; p < planes; p++) {
        terms[p] = term_row(ring, p, (int64_t) 1 << p, t.dims);
    }
    out->raw = emit_combine(l, t.dims, f, lower_magnitude(l, node, f), terms, planes, smallest);
}
