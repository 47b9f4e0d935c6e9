/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products with the provider's weights: linears, gains of columns.
 */
#include "lower/lower_linear.h"

#include "graph/owner.h"
#include "lower/emit.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"

/* With shared weights: [rows, i] times [o, i] as any two matrices. */
static value_id shared_product(struct lowering *l, value_id x, value_id weight, struct dims dims)
{
    const struct dims d = value_at(l, x)->dims;
    const size_t rows = d.count / d.dim[3], columns = dims.dim[3];
    const struct value v = *value_at(l, x);
    const struct term whole = {.x = x, .weight = 1, .stride = {0, 0, d.dim[3], 1}};
    const value_id flat =
        emit_combine(l, dims_of(1, 1, rows, d.dim[3]), v.fraction, v.magnitude, &whole, 1, 0);
    const value_id y = emit_matmul(l, flat, weight, true, dims_of(1, 1, rows, columns), 0);
    struct term back = {.x = y, .weight = 1, .stride = {0, 0, columns, 1}};

    back.stride[1] = dims.dim[2] * columns;
    back.stride[0] = dims.dim[1] * back.stride[1];
    return emit_combine(l, dims, value_at(l, y)->fraction, 0, &back, 1, 0);
}

#define WEIGHT_BITS_MORE 14

/* By how many bits results are smaller than what the weights meet, beyond the 5 that ordinary ones make of it. Of a
 * result that is nothing but rounding, as a mean of what is centred, none. */
static int shrinks(struct lowering *l, const mpcf_node *node)
{
    const int bits = log2_down(node_seen(l, node->in[0]) / node_seen(l, node)) - 5;

    return node_is_rounding(l, node) || bits < 0 ? 0
           : bits > WEIGHT_BITS_MORE             ? WEIGHT_BITS_MORE
                                                 : bits;
}

/* More bits for weights that meet large values, for small ones, which make little of much, and for results of which
 * more than the default is wanted. */
static unsigned weight_fraction(struct lowering *l, const mpcf_node *node)
{
    const int bits = log2_up(node_seen(l, node->in[0])), small = shrinks(l, node);
    const int more = (l->nodes[node->id].want - (int) l->options->value_fraction + 1) / 2;
    const int large = bits > 5 ? (bits - 4) / 2 : 0, wanted = more > 4 ? 4 : more;
    const int most = wanted > large ? wanted : large;

    return l->options->weight_fraction + (unsigned) (most > small ? most : small);
}

void lower_linear(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const struct dims dims = node_dims(l, node);

    if (!node_is_constant(node->in[1])) {
        lower_fail(l, MPCF_E_UNSUPPORTED, "'%s': its weight is not the provider's own", node->name);
        return;
    }
    const value_id x = lower_wanted(l, node->in[0]);
    const value_id weight = lower_constant(l, node->in[1], weight_fraction(l, node));
    const value_id y = l->options->weights_shared
                           ? shared_product(l, x, weight, dims)
                           : emit_linear(l, STEP_LINEAR, emit_masked(l, x), weight, dims);
    const unsigned f = value_at(l, y)->fraction;
    struct term terms[2] = {term_whole(l, y, 1, dims)};
    size_t count = 1;

    if (node->in_count > 2 && node->in[2] != NULL) {
        terms[count++] = term_whole(l, lower_constant(l, node->in[2], f), 1, dims);
    }
    out->raw = emit_combine(l, dims, f, lower_magnitude(l, node, f), terms, count, 0);
}

void lower_scale_columns(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const struct dims dims = node_dims(l, node);

    if (!node_is_constant(node->in[1])) {
        lower_fail(l, MPCF_E_UNSUPPORTED, "'%s': its vector is not the provider's own", node->name);
        return;
    }
    const value_id x = lower_wanted(l, node->in[0]);
    const value_id vector = lower_constant(l, node->in[1], weight_fraction(l, node));
    const value_id y =
        l->options->weights_shared
            ? emit_product(l, x,
                           emit_combine(l, dims, value_at(l, vector)->fraction, 0,
                                        (struct term[]){term_whole(l, vector, 1, dims)}, 1, 0),
                           0)
            : emit_linear(l, STEP_SCALE_COLUMNS, emit_masked(l, x), vector, dims);
    const unsigned f = value_at(l, y)->fraction;
    const struct term whole = term_whole(l, y, 1, dims);

    out->raw = emit_combine(l, dims, f, lower_magnitude(l, node, f), &whole, 1, 0);
}
