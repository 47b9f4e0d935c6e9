/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gains and centring of layer norms go into the weights around them, so that everything behind a
 * layer norm reads the same normalised rows n.
 *
 *   before   n gamma + beta -> linear(W, b)
 *   after    n -> linear(W diag(gamma), W beta + b)
 *
 *   before   x -> linear(W, b) -> + -> center        (P = I - 1 1'/h)
 *            n gamma + beta  ----^
 *   after    x -> linear(P W, P b) -> +
 *            n gamma - n (gamma / h)' + P beta ----^
 *
 *   before   embedding(table, ids) + positions -> center
 *   after    embedding(centred table, ids) + centred positions
 */
#include "pass/fold_norm.h"

#include "graph/node.h"
#include "graph/owner.h"
#include "graph/scope.h"

/* y = n gamma + beta. */
struct affine {
    mpcf_node *y, *n, *gamma, *beta;
};

static bool find_affine(mpcf_node *y, struct affine *found)
{
    y = node_without_taps(y);
    if (y == NULL || y->kind != OP_ADD) {
        return false;
    }
    mpcf_node *scaled = node_without_taps(y->in[0]);
    if (scaled->kind != OP_SCALE_COLUMNS || y->in[1]->shape.rank != 1 ||
        !node_is_constant(y->in[1])) {
        return false;
    }
    *found = (struct affine){y, scaled->in[0], scaled->in[1], y->in[1]};
    return true;
}

static mpcf_node *fold_gain(struct rewrite *rw, const mpcf_node *node)
{
    struct affine y;
    mpcf_node *weight = rewrite_of(rw, node->in[1]);
    mpcf_node *bias = node->in_count > 2 ? rewrite_of(rw, node->in[2]) : NULL;

    if (!find_affine(rewrite_of(rw, node->in[0]), &y) || weight == NULL ||
        !node_is_constant(weight) || weight->shape.rank != 2) {
        return NULL;
    }
    rewrite_scope(rw, node);
    mpcf_node *gained = node_on(OP_SCALE_COLUMNS, weight, y.gamma);
    mpcf_node *shifted = mpcf_linear(rw->to, y.beta, weight, bias);
    return mpcf_linear(rw->to, y.n, gained, shifted);
}

static mpcf_node *fold_token(struct rewrite *rw, const mpcf_node *node)
{
    struct affine y;

    if (!find_affine(rewrite_of(rw, node->in[0]), &y)) {
        return NULL;
    }
    rewrite_scope(rw, node);
    mpcf_node *in[1] = {y.n};
    mpcf_node *n = graph_copy_node(rw->to, node, in);
    graph_scope_as(rw->to, node->scope, y.y->function); /* it stays the norm's */
    return node_on(OP_ADD, node_on(OP_SCALE_COLUMNS, n, y.gamma), y.beta);
}

static mpcf_node *center_columns(mpcf_node *weight)
{
    mpcf_node *node = node_on(OP_CENTER, weight, NULL);

    if (node != NULL) {
        node->first = 1;
    }
    return node;
}

static mpcf_node *centered_linear(mpcf_node *x)
{
    if (!node_is_constant(x->in[1]) || x->in[1]->shape.rank != 2) {
        return NULL;
    }
    mpcf_node *weight = center_columns(x->in[1]);
    mpcf_node *bias = x->in_count > 2 ? node_on(OP_CENTER, x->in[2], NULL) : NULL;
    return mpcf_linear(x->graph, x->in[0], weight, bias);
}

/* n gamma minus its row mean, which is a linear of n with one output. */
static mpcf_node *centered_gain(mpcf_node *x)
{
    mpcf_node *n = x->in[0];
    const int64_t h = x->shape.dim[x->shape.rank - 1];
    mpcf_node *in[2] = {n, mpcf_scale(x->graph, x->in[1], 1.0 / (double) h)};
    mpcf_shape shape = n->shape;

    shape.dim[shape.rank - 1] = 1;
    mpcf_node *mean = graph_add_node(x->graph, OP_LINEAR, shape, in, 2);
    return mean == NULL ? NULL : mpcf_sub(x->graph, x, mean);
}

/* X minus its row mean, with no computed value to centre; NULL where that cannot be. What is made
 * for X counts as X. */
static mpcf_node *centered(mpcf_node *x)
{
    x = node_without_taps(x);
    if (x == NULL) {
        return NULL;
    }
    graph_scope_as(x->graph, x->scope, x->function);
    if (node_is_constant(x) && x->kind != OP_POSITIONS) {
        return node_on(OP_CENTER, x, NULL);
    }
    switch (x->kind) {
    case OP_ADD: {
        mpcf_node *a = centered(x->in[0]);
        mpcf_node *b = a == NULL ? NULL : centered(x->in[1]);
        mpcf_node *in[2] = {a, b};
        graph_scope_as(x->graph, x->scope, x->function); /* that of B before */
        return b == NULL ? NULL : graph_add_node(x->graph, OP_ADD, x->shape, in, 2);
    }
    case OP_LINEAR:
        return centered_linear(x);
    case OP_SCALE_COLUMNS:
        return centered_gain(x);
    case OP_EMBEDDING:
        return mpcf_embedding(x->graph, node_on(OP_CENTER, x->in[0], NULL), x->in[1]);
    case OP_POSITIONS:
        return mpcf_positions(x->graph, node_on(OP_CENTER, x->in[0], NULL), x->first);
    default:
        return NULL;
    }
}

mpcf_node *rule_fold_norm(struct rewrite *rw, const mpcf_node *node)
{
    switch (node->kind) {
    case OP_LINEAR:
        return fold_gain(rw, node);
    case OP_TOKEN:
        return fold_token(rw, node);
    case OP_CENTER: {
        mpcf_node *x = rewrite_of(rw, node->in[0]);
        rewrite_scope(rw, node);
        return node->first == 1 ? NULL : centered(x);
    }
    default:
        return NULL;
    }
}
