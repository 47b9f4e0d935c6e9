/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer norm is opened into what folds into its neighbours and what does not.
 *
 *   before   x -> layer_norm(gamma, beta, epsilon) -> y
 *   after    x -> center -> c;   n = c rsqrt(mean square of c's row + epsilon)
 *            y = n gamma + beta
 *
 * A formula in a layer norm's place says the same in operations of the SDK; h is the row's width:
 *
 *   before   x - row_sum(x) / h            row_sum(c^2) / h + epsilon
 *   after    center(x)                     mean square of c's row + epsilon
 */
#include "pass/open_layer_norm.h"

#include "graph/node.h"

/* What NODE is the row mean of; NULL: it is none. A row of padding has no mean. */
static const mpcf_node *mean_of(const mpcf_node *node)
{
    const mpcf_node *sum = node->kind == OP_SCALE ? node->in[0] : NULL;
    int64_t width;

    if (sum == NULL || sum->kind != OP_ROW_SUM) {
        return NULL;
    }
    width = shape_row(sum->in[0]->shape);
    return width > 1 && node->real == 1.0 / (double) width ? sum->in[0] : NULL;
}

static mpcf_node *open_centered(struct rewrite *rw, const mpcf_node *node)
{
    if (mean_of(node->in[1]) != node->in[0]) {
        return NULL;
    }
    rewrite_scope(rw, node);
    return node_on(OP_CENTER, rewrite_of(rw, node->in[0]), NULL);
}

static mpcf_node *open_mean_square(struct rewrite *rw, const mpcf_node *node)
{
    const mpcf_node *square = mean_of(node->in[0]);
    mpcf_node *x;
    mpcf_node *variance;

    if (square == NULL || square->kind != OP_SQUARE || node->real < 0) {
        return NULL;
    }
    x = rewrite_of(rw, square->in[0]);
    rewrite_scope(rw, node);
    variance = x == NULL ? NULL : graph_add_node(rw->to, OP_ROW_MEAN_SQUARE, node->shape, &x, 1);
    if (variance != NULL) {
        variance->real = node->real;
    }
    return variance;
}

static mpcf_node *open_norm(struct rewrite *rw, const mpcf_node *node)
{
    mpcf_graph *g = rw->to;
    mpcf_node *x = rewrite_of(rw, node->in[0]);
    mpcf_node *gamma = rewrite_of(rw, node->in[1]);
    mpcf_node *beta = rewrite_of(rw, node->in[2]);

    if (x == NULL || gamma == NULL || beta == NULL) {
        return NULL;
    }
    rewrite_scope(rw, node);
    mpcf_node *centered = node_on(OP_CENTER, x, NULL);
    mpcf_node *variance = mpcf_row_sum(g, centered); /* for its shape */
    if (variance == NULL) {
        return NULL;
    }
    variance = graph_add_node(g, OP_ROW_MEAN_SQUARE, variance->shape, &centered, 1);
    if (variance == NULL) {
        return NULL;
    }
    variance->real = node->real;
    mpcf_node *normal = mpcf_mul(g, centered, mpcf_rsqrt(g, variance));
    mpcf_node *scaled = node_on(OP_SCALE_COLUMNS, normal, gamma);
    return node_on(OP_ADD, scaled, beta);
}

mpcf_node *rule_open_layer_norm(struct rewrite *rw, const mpcf_node *node)
{
    switch (node->kind) {
    case OP_LAYER_NORM:
        return open_norm(rw, node);
    case OP_SUB:
        return open_centered(rw, node);
    case OP_OFFSET:
        return open_mean_square(rw, node);
    default:
        return NULL;
    }
}
