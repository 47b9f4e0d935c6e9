/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mask, masking, sums over rows, layer norm's centring and mean square; products of two values.
 */
#include "lower/lower_rows.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/square_sum.h"

void lower_input(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    if (node->shape.rank != 4 || node->owner != MPCF_USER) {
        lower_fail(l, MPCF_E_UNSUPPORTED,
                   "input '%s': only ids of embeddings and a mask "
                   "[B, 1, 1, T] of the user can be read",
                   node->name);
        return;
    }
    if (l->exact_length) {
        out->is_uniform = true; /* every token is real, and all know it */
        out->uniform = 1;
        return;
    }
    out->raw = emit_user(l, STEP_USER_MASK, node->label, 0, node_dims(l, node));
}

static bool is_column_mask(const mpcf_node *keep)
{
    return keep->kind == OP_INPUT && keep->shape.rank == 4 && keep->shape.dim[1] == 1 &&
           keep->shape.dim[2] == 1;
}

void lower_mask(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c = 0;

    if (lower_is_uniform(l, node->in[1], &c) && c == 1) {
        *out = l->nodes[node_past_taps(node->in[0])->id];
        out->raw = lower_raw(l, node->in[0]);
        out->is_uniform = lower_is_uniform(l, node->in[0], &out->uniform);
        return;
    }
    const value_id x = emit_shared(l, lower_wanted(l, node->in[0]));
    const struct term keep = term_whole(l, lower_raw(l, node->in[1]), 1, value_at(l, x)->dims);
    out->raw = emit_user_select(l, x, &keep);
}

/* A sum over kept columns is a product with the user's mask as a column: where u is opened
 * for the product with V anyway, it costs nothing more. */
static value_id masked_row_sum(struct lowering *l, const mpcf_node *node, const mpcf_node *mask)
{
    const value_id u = lower_wanted(l, mask->in[0]);
    const value_id keep = lower_raw(l, mask->in[1]);
    const struct dims d = value_at(l, u)->dims;
    const struct term t = {.x = keep, .weight = 1, .stride = {d.dim[3], 0, 1, 0}};
    const value_id column =
        emit_combine(l, dims_of(d.dim[0], d.dim[1], d.dim[3], 1), 0, 2, &t, 1, 0);

    return emit_matmul(l, u, column, false, dims_row(d, 1),
                       lower_magnitude(l, node, value_at(l, u)->fraction));
}

void lower_row_sum(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const mpcf_node *x = node_past_taps(node->in[0]);
    const size_t columns = node_dims(l, x).dim[3];
    double c = 0;

    if (x->kind == OP_MASK && !l->exact_length && is_column_mask(x->in[1]) &&
        node_dims(l, x).dim[1] > 0 && x->shape.rank == 4) {
        out->raw = masked_row_sum(l, node, x);
        return;
    }
    if (lower_is_uniform(l, x, &c)) {
        out->is_uniform = true;
        out->uniform = c * (double) columns;
        return;
    }
    const value_id id = x->kind == OP_INPUT ? lower_raw(l, x) : lower_wanted(l, x);
    const unsigned f = value_at(l, id)->fraction;
    out->raw = emit_row_sum(l, id, lower_magnitude(l, node, f));
}

/* Only where no pass could fold it into weights. */
void lower_center(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id x = lower_wanted(l, node->in[0]);
    const struct value v = *value_at(l, x);
    const double columns = (double) v.dims.dim[3];
    const double largest = node_largest(l, node->in[0]);
    const value_id sum = emit_row_sum(l, x, magnitude_of(largest * columns, v.fraction));
    const value_id mean = magnitude_set(l, emit_scaled(l, sum, 1 / columns), largest);

    out->raw = emit_sum(l, v.dims, lower_magnitude(l, node, v.fraction), x,
                        emit_at(l, mean, v.fraction), -1);
}

/* --- The mean square of a row. --- */

/* The sum divided by COLUMNS, plus epsilon: times C / 2^bits. Where C's low bits do not fit they meet the sum
 * without as many of its own. */
static value_id mean_of(struct lowering *l, const mpcf_node *node, value_id sum, double columns)
{
    const struct value v = *value_at(l, sum);
    const unsigned bits = 18 + (unsigned) log2_up(columns);
    const int64_t c = llround(ldexp(1 / columns, (int) bits));
    const unsigned whole = v.fraction + bits, m = lower_magnitude(l, node, whole);
    const unsigned most = m > whole ? m : whole;
    const unsigned less = most > SQUARE_SUM_BITS ? most - SQUARE_SUM_BITS : 0, f = whole - less;
    const int64_t high = (c + ((int64_t) 1 << less) / 2) >> less,
                  low = c - high * ((int64_t) 1 << less);
    struct term terms[2] = {term_whole(l, sum, high, v.dims)};

    if (l->status == MPCF_OK && (less > v.fraction || less > bits)) {
        square_sum_fails(l, node);
    }
    if (l->status != MPCF_OK) {
        return sum;
    }
    if (low != 0) {
        terms[1] = term_whole(l, emit_at(l, sum, v.fraction - less), low, v.dims);
    }
    return emit_combine(l, v.dims, f, lower_magnitude(l, node, f), terms, low != 0 ? 2 : 1,
                        llround(ldexp(node->real, (int) f)));
}

void lower_row_mean_square(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const double columns = (double) node_dims(l, node->in[0]).dim[3];

    out->raw = mean_of(l, node, square_sum(l, node), columns);
}

void lower_matmul(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id a = lower_wanted(l, node->in[0]), b = lower_wanted(l, node->in[1]);
    const unsigned f = value_at(l, a)->fraction + value_at(l, b)->fraction;

    out->raw =
        emit_matmul(l, a, b, node->transposed, node_dims(l, node), lower_magnitude(l, node, f));
}

/* V's rows of padding become exact zeros, and nothing is truncated between that and the product:
 * so padded columns of u, whatever they hold, count as zero modulo 2^k. */
void lower_matmul_masked(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c = 0;

    if (lower_is_uniform(l, node->in[2], &c)) {
        lower_matmul(l, node, out);
        return;
    }
    const value_id u = lower_wanted(l, node->in[0]), v = lower_wanted(l, node->in[1]);
    const struct dims d = value_at(l, v)->dims; /* [B, heads, T, d] */
    const struct term keep = {
        .x = lower_raw(l, node->in[2]), .weight = 1, .stride = {d.dim[2], 0, 1, 0}};
    const value_id kept = emit_user_select(l, v, &keep);
    const unsigned f = value_at(l, u)->fraction + value_at(l, kept)->fraction;

    out->raw = emit_matmul(l, u, kept, false, node_dims(l, node), lower_magnitude(l, node, f));
}
