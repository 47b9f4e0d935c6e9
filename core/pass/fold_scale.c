/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A factor behind a linear goes into its weights, also through products, heads and slices:
 * 1/sqrt(d) of the scores ends in the query weights.
 *
 *   before   x -> linear(W, b) -> split -> matmul(k) -> scale(c)
 *   after    x -> linear(c W, c b) -> split -> matmul(k)
 *
 * Only where nothing else reads a value on the way.
 */
#include "pass/fold_scale.h"

#include "graph/node.h"
#include "graph/owner.h"

static mpcf_node *scaled_linear(struct rewrite *rw, const mpcf_node *node, double c)
{
    mpcf_graph *g = rw->to;
    mpcf_node *x = rewrite_of(rw, node->in[0]);
    mpcf_node *weight = rewrite_of(rw, node->in[1]);
    mpcf_node *bias = node->in_count > 2 ? rewrite_of(rw, node->in[2]) : NULL;

    if (!node_is_constant(node->in[1])) {
        return NULL;
    }
    rewrite_scope(rw, node);
    weight = mpcf_scale(g, weight, c);
    bias = bias == NULL ? NULL : mpcf_scale(g, bias, c);
    return mpcf_linear(g, x, weight, bias);
}

/* NODE times C in the new graph, at no cost; NULL where that cannot be. */
static mpcf_node *absorb(struct rewrite *rw, const mpcf_node *node, double c)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};

    if (node == NULL || rw->uses[node->id] != 1) {
        return NULL;
    }
    switch (node->kind) {
    case OP_LINEAR:
        return scaled_linear(rw, node, c);
    case OP_SCALE:
        return absorb(rw, node->in[0], c * node->real);
    case OP_SPLIT_HEADS:
    case OP_MERGE_HEADS:
    case OP_SLICE:
    case OP_TOKEN:
    case OP_MATMUL:
        in[0] = absorb(rw, node->in[0], c);
        if (in[0] == NULL) {
            return NULL;
        }
        in[1] = node->in_count > 1 ? rewrite_of(rw, node->in[1]) : NULL;
        return graph_copy_node(rw->to, node, in);
    default:
        return NULL;
    }
}

mpcf_node *rule_fold_scale(struct rewrite *rw, const mpcf_node *node)
{
    return node->kind == OP_SCALE ? absorb(rw, node->in[0], node->real) : NULL;
}
