/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where only one token's row is read (the pooler's), it is taken before what computes row by row,
 * so that the last layer's feed-forward block runs on one row.
 *
 *   before   x, y -> + -> linear(W) -> token(0)
 *   after    token(0) of x, token(0) of y -> + -> linear(W)
 */
#include "base/memory.h"
#include "pass/rewrite.h"

/* By id of the graph before. */
struct taking {
    bool full, row;   /* what readers need of a node: all rows, one */
    mpcf_node *taken; /* that one row */
};

static bool has_tokens(const mpcf_node *x)
{
    return x->shape.rank == 3 && x->shape.dim[1] == MPCF_DIM_TOKENS;
}

/* Works on each row alone, with vectors and numbers for all rows. */
static bool is_by_row(const mpcf_node *x)
{
    switch (x->kind) {
    case OP_LINEAR:
    case OP_SCALE_COLUMNS:
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_OFFSET:
    case OP_SCALE:
    case OP_SQUARE:
    case OP_POLY:
    case OP_PIECEWISE:
    case OP_RELU:
    case OP_EXP:
    case OP_ERF:
    case OP_TANH:
    case OP_RECIPROCAL:
    case OP_RSQRT:
    case OP_ROW_SUM:
    case OP_ROW_MEAN_SQUARE:
    case OP_SLICE:
        return true;
    case OP_CENTER:
        return x->first == 0;
    default:
        return false;
    }
}

static bool reads_positions(const mpcf_node *x)
{
    for (size_t i = 0; i < x->in_count; ++i) {
        if (x->in[i] != NULL && x->in[i]->kind == OP_POSITIONS) {
            return true; /* they have no row of an example */
        }
    }
    return false;
}

static bool can_take(const mpcf_node *x)
{
    return has_tokens(x) && x->shape.dim[0] == MPCF_DIM_BATCH && !reads_positions(x) &&
           (is_by_row(x) || x->kind == OP_TAP);
}

static void ask_inputs(const mpcf_node *node, struct taking *t)
{
    const bool by_row = !t[node->id].full && can_take(node);

    for (size_t i = 0; i < node->in_count; ++i) {
        const mpcf_node *in = node->in[i];
        if (in != NULL && has_tokens(in) && (by_row || node->kind == OP_TOKEN)) {
            t[in->id].row = true;
        } else if (in != NULL) {
            t[in->id].full = true;
        }
    }
}

/* From the outputs back; taps alone need nothing. */
static struct taking *find_needs(const mpcf_graph *g)
{
    struct taking *t = mpcf_alloc_array(graph_count(g) + 1, sizeof(*t));

    if (t == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < graph_output_count(g); ++i) {
        t[graph_output(g, i)->node->id].full = true;
    }
    for (size_t i = graph_count(g); i-- > 0;) {
        if (t[i].full || t[i].row) {
            ask_inputs(graph_node(g, i), t);
        }
    }
    return t;
}

static mpcf_node *take(struct rewrite *rw, const mpcf_node *x, int64_t index)
{
    struct taking *t = rw->state;
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};

    if (t[x->id].taken != NULL) {
        return t[x->id].taken;
    }
    if (x->kind == OP_TAP) {
        return take(rw, x->in[0], index);
    }
    if (t[x->id].full || !can_take(x)) {
        t[x->id].taken = mpcf_token(rw->to, rewrite_of(rw, x), index);
        return t[x->id].taken;
    }
    for (size_t i = 0; i < x->in_count; ++i) {
        in[i] = x->in[i] != NULL && has_tokens(x->in[i]) ? take(rw, x->in[i], index)
                                                         : rewrite_of(rw, x->in[i]);
        if (in[i] == NULL && x->in[i] != NULL) {
            return NULL;
        }
    }
    mpcf_node *y = graph_copy_node(rw->to, x, in);
    if (y != NULL) {
        y->shape = mpcf_shape_2(x->shape.dim[0], x->shape.dim[2]);
    }
    t[x->id].taken = y;
    return y;
}

mpcf_node *rule_take_token(struct rewrite *rw, const mpcf_node *node)
{
    if (node->kind != OP_TOKEN || node->first != 0) { /* one row of all: the first */
        return NULL;
    }
    if (rw->state == NULL) {
        rw->state = find_needs(rw->from);
    }
    rewrite_scope(rw, node);
    return rw->state == NULL ? NULL : take(rw, node->in[0], 0);
}
