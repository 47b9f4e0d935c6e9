/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces with trained parts: the sum of coefficients times powers, modulo the ring. A coefficient is public plus a product
 * of the bits with the provider's numbers.
 */
#include "lower/trained_pieces.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"

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
    size_t count = 1;

    terms[0] = term_in_order(parts, i, 1, k->dims);
    for (size_t j = 0; j < MPCF_RANK_MAX; j++) {
        terms[0].stride[j] *= columns;
    }
    (void) piece_table(k, i, f, table);
    const int64_t constant =
        threshold_terms(k->ring, k->p->cut_count, k->dims, table, terms, &count);
    return emit_combine(l, k->dims, f, 0, terms, count, constant);
}

/* In place of Horner: the sum of coefficients times powers, modulo the ring. */
value_id trained_pieces(struct lowering *l, const mpcf_node *node, const struct piecewise *k,
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
    const double outer =
        fmax(fabs(piece_coefficient(k, 0, 0)), fabs(piece_coefficient(k, k->p->cut_count, 0)));
    return emit_combine(l, k->dims, top, magnitude_of(node_largest(l, node) + outer, top), terms,
                        k->p->degree + 1, 0);
}
