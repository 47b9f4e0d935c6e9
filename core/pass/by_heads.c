/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where approximations go by heads, so do the products in front and behind: what is cut and joined
 * is [B, heads, T, d] then, not [B, heads, T, T], and what row_scaling.c moves meets its product.
 *
 *   before   matmul(q, k) -> take(heads)       join(p, ..) -> matmul(v)
 *   after    matmul(take(q), take(k))          join(matmul(p, take(v)), ..)
 */
#include "pass/by_heads.h"

#include "graph/head_nodes.h"
#include "graph/node.h"
#include "graph/scope.h"

static bool has_heads(const mpcf_node *x, int64_t heads)
{
    return x->shape.rank == 4 && x->shape.dim[1] == heads;
}

/* A product like NODE of A and B. */
static mpcf_node *product(mpcf_graph *g, const mpcf_node *node, mpcf_node *a, mpcf_node *b)
{
    return node->transposed ? mpcf_matmul_transposed(g, a, b) : mpcf_matmul(g, a, b);
}

static mpcf_node *cut_product(struct rewrite *rw, const mpcf_node *node)
{
    mpcf_graph *g = rw->to;
    mpcf_node *x = node_without_taps(rewrite_of(rw, node->in[0]));
    mpcf_node *a, *b;

    if (x == NULL || x->kind != OP_MATMUL || !has_heads(x->in[0], x->shape.dim[1]) ||
        !has_heads(x->in[1], x->shape.dim[1])) {
        return NULL;
    }
    graph_scope_as(g, x->scope, x->function); /* the product stays the attention's */
    a = graph_take_heads(g, x->in[0], node->heads);
    b = graph_take_heads(g, x->in[1], node->heads);
    return product(g, x, a, b);
}

/* The products of the parts of JOIN with those heads of V, joined. More parts than a node takes are
 * joins of joins. */
static mpcf_node *join_of_products(mpcf_graph *g, const mpcf_node *node, const mpcf_node *join,
                                   mpcf_node *v)
{
    mpcf_node *parts[NODE_INPUTS_MAX];

    for (size_t i = 0; i < join->in_count; i++) {
        mpcf_node *part = node_without_taps(join->in[i]);

        parts[i] = part->kind == OP_JOIN_HEADS
                       ? join_of_products(g, node, part, v)
                       : product(g, node, part, graph_take_heads(g, v, &join->heads[i]));
    }
    return graph_join_heads(g, parts, join->heads, join->in_count);
}

static mpcf_node *join_products(struct rewrite *rw, const mpcf_node *node)
{
    const mpcf_node *join = node_without_taps(rewrite_of(rw, node->in[0]));
    mpcf_node *v = rewrite_of(rw, node->in[1]);

    if (join == NULL || v == NULL || join->kind != OP_JOIN_HEADS ||
        !has_heads(v, join->shape.dim[1])) {
        return NULL;
    }
    rewrite_scope(rw, node);
    return join_of_products(rw->to, node, join, v);
}

mpcf_node *rule_by_heads(struct rewrite *rw, const mpcf_node *node)
{
    switch (node->kind) {
    case OP_TAKE_HEADS:
        return cut_product(rw, node);
    case OP_MATMUL:
        return join_products(rw, node);
    default:
        return NULL;
    }
}
