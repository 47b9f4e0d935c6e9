/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer norm is opened into what folds into its neighbours and what does not.
 *
 *   before   x -> layer_norm(gamma, beta, epsilon) -> y
 *   after    x -> center -> c;   n = c rsqrt(mean square of c's row + epsilon)
 *            y = n gamma + beta
 */
#include "pass/open_layer_norm.h"

#include "graph/node.h"

mpcf_node *rule_open_layer_norm(struct rewrite *rw, const mpcf_node *node)
{
    if (node->kind != OP_LAYER_NORM) {
        return NULL;
    }
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
