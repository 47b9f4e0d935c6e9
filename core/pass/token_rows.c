/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only what the outputs need: taps are dropped, and where the network goes on with one token's row,
 * what leads to it is computed for that row alone.
 *
 *     before   h [B,T,h] -> q, k, v -> scores [B,H,T,T] -> .. -> feed-forward [B,T,4h] -> .. -> token
 *     after    h -> k, v;  token(h) [B,1,h] -> q -> scores [B,H,1,T] -> .. -> [B,1,4h] -> .. -> token
 *
 * Nothing changes but that rows nobody reads are not computed: of the last layer's twelve units of
 * weights (q, k, v, o, eight for the feed-forward) ten then see one token.
 */
#include "pass/token_rows.h"

#include <assert.h>

#include "base/memory.h"
#include "graph/node.h"
#include "graph/scope.h"
#include "ops/token.h"

struct demand {
    bool whole; /* some reader needs all rows */
    bool row;   /* some reader needs row `index` alone */
    int64_t index;
};

struct narrowing {
    const mpcf_graph *from;
    mpcf_graph *to;
    struct demand *demands;   /* by id in `from` */
    mpcf_node **whole, **row; /* stand-ins */
};

/* The dimension of rows is the last but one. */
static bool has_token_rows(const mpcf_node *x)
{
    return x->shape.rank >= 3 && x->shape.dim[x->shape.rank - 2] == MPCF_DIM_TOKENS;
}

/* Whether row i of NODE depends on row i of operand K alone (else: on all of it). */
static bool is_by_row(const mpcf_node *node, size_t k)
{
    switch (node->kind) {
    case OP_LINEAR:
    case OP_LAYER_NORM:
    case OP_MATMUL:
    case OP_MATMUL_MASKED:
    case OP_SCALE_COLUMNS:
        return k == 0;
    default:
        return has_token_rows(node->in[k]);
    }
}

/* Whether a row of NODE can be computed from rows: every operation but those that gather. */
static bool is_narrowable(const mpcf_node *node)
{
    switch (node->kind) {
    case OP_INPUT:
    case OP_PARAMETER:
    case OP_EMBEDDING:
    case OP_POSITIONS:
    case OP_TOKEN:
        return false;
    case OP_CENTER:
    case OP_CONCAT:
        return node->first != 1 && has_token_rows(node);
    default:
        return has_token_rows(node);
    }
}

static void ask_row(struct demand *d, int64_t index)
{
    if (d->row && d->index != index) {
        d->whole = true; /* two different rows: all of it is simpler */
    }
    d->row = true;
    d->index = index;
}

static void ask_operands(struct narrowing *n, const mpcf_node *node)
{
    struct demand *own = &n->demands[node->id];

    if (own->row && !own->whole && !is_narrowable(node)) {
        own->whole = true;
    }
    for (size_t k = 0; k < node->in_count; k++) {
        struct demand *d = node->in[k] == NULL ? NULL : &n->demands[node->in[k]->id];

        if (d == NULL || (!own->whole && !own->row)) {
            continue;
        }
        if (!own->whole && is_by_row(node, k)) {
            ask_row(d, own->index);
        } else if (node->kind == OP_TOKEN && has_token_rows(node->in[k])) {
            ask_row(d, node->first);
        } else {
            d->whole = true;
        }
    }
}

/* Readers come after what they read: one walk back settles all. */
static void settle_demands(struct narrowing *n)
{
    for (size_t i = 0; i < graph_output_count(n->from); i++) {
        n->demands[graph_output(n->from, i)->node->id].whole = true;
    }
    for (size_t i = graph_count(n->from); i-- > 0;) {
        ask_operands(n, graph_node(n->from, i));
    }
}

static mpcf_node *copy_whole(struct narrowing *n, const mpcf_node *node)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};
    mpcf_node *copy;

    for (size_t k = 0; k < node->in_count; k++) {
        const mpcf_node *x = node->in[k];

        if (x == NULL) {
            continue;
        }
        in[k] = node->kind == OP_TOKEN && has_token_rows(x) ? n->row[x->id] : n->whole[x->id];
    }
    copy = graph_copy_node(n->to, node, in);
    assert(node->kind != OP_TOKEN || node->in[0] != NULL);
    if (copy != NULL && node->kind == OP_TOKEN && has_token_rows(node->in[0])) {
        copy->first = 0; /* the only one left */
    }
    return copy;
}

static mpcf_shape one_row(mpcf_shape shape)
{
    shape.dim[shape.rank - 2] = 1;
    return shape;
}

/* From rows of the operands, or cut out of the whole where that is needed anyhow. */
static mpcf_node *make_row(struct narrowing *n, const mpcf_node *node)
{
    mpcf_node *in[NODE_INPUTS_MAX] = {NULL};
    mpcf_node *made;

    if (n->demands[node->id].whole) {
        graph_scope_as(n->to, node->name, node->function);
        made = graph_token_kept(n->to, n->whole[node->id], n->demands[node->id].index);
        mpcf_scope(n->to, NULL);
        return made;
    }
    for (size_t k = 0; k < node->in_count; k++) {
        const mpcf_node *x = node->in[k];

        if (x != NULL) {
            in[k] = is_by_row(node, k) ? n->row[x->id] : n->whole[x->id];
        }
    }
    made = graph_copy_node(n->to, node, in);
    if (made != NULL) {
        made->shape = one_row(node->shape);
    }
    return made;
}

static void make_nodes(struct narrowing *n)
{
    mpcf_error *none = NULL;

    for (size_t i = 0; i < graph_count(n->from); i++) {
        const mpcf_node *node = graph_node(n->from, i);
        const struct demand *d = &n->demands[i];
        const bool is_tap = node->kind == OP_TAP;

        if (graph_check(n->to, none) != MPCF_OK) {
            return;
        }
        if (d->whole) {
            n->whole[i] = is_tap ? n->whole[node->in[0]->id] : copy_whole(n, node);
        }
        if (d->row) {
            n->row[i] = is_tap && !d->whole ? n->row[node->in[0]->id] : make_row(n, node);
        }
    }
    for (size_t i = 0; i < graph_output_count(n->from); i++) {
        const struct graph_output *output = graph_output(n->from, i);

        mpcf_output(n->to, output->name, n->whole[output->node->id]);
    }
}

mpcf_status pass_token_rows(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err)
{
    const size_t count = graph_count(g);
    struct narrowing n = {.from = g,
                          .to = graph_create(),
                          .demands = mpcf_alloc_array(count + 1, sizeof(*n.demands)),
                          .whole = mpcf_alloc_array(count + 1, sizeof(*n.whole)),
                          .row = mpcf_alloc_array(count + 1, sizeof(*n.row))};
    mpcf_status status = MPCF_OK;

    if (n.to == NULL || n.demands == NULL || n.whole == NULL || n.row == NULL) {
        status = mpcf_fail_memory(err, count * sizeof(*n.demands), "token rows");
    } else {
        settle_demands(&n);
        make_nodes(&n);
        status = graph_check(n.to, err);
    }
    mpcf_free(n.demands);
    mpcf_free(n.whole);
    mpcf_free(n.row);
    if (status != MPCF_OK) {
        graph_destroy(n.to);
        return status;
    }
    *out = n.to;
    return MPCF_OK;
}
