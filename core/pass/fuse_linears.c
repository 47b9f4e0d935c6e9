/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linears of one input (query, key and value) become one.
 *
 *   before   x -> linear(Wq, bq) -> q      x -> linear(Wk, bk) -> k      x -> linear(Wv, bv) -> v
 *   after    x -> linear([Wq; Wk; Wv], [bq, bk, bv]) -> y;   q, k, v = columns of y
 */
#include "pass/fuse_linears.h"

#include "graph/node.h"
#include "graph/owner.h"

#define FUSED_MAX 16

static bool fuses_with(const mpcf_node *a, const mpcf_node *b)
{
    return b->kind == OP_LINEAR && b->in[0] == a->in[0] && b->in_count == a->in_count &&
           b->in[1]->shape.rank == 2 && node_is_constant(b->in[1]) &&
           (b->in_count < 3 || node_is_constant(b->in[2]));
}

static size_t find_group(const struct rewrite *rw, const mpcf_node *node,
                         const mpcf_node *group[FUSED_MAX])
{
    size_t count = 0;

    if (!fuses_with(node, node) || node_is_constant(node->in[0])) {
        return 0;
    }
    for (size_t i = 0; i < graph_count(rw->from) && count < FUSED_MAX; i++) {
        const mpcf_node *other = graph_node(rw->from, i);
        if (fuses_with(node, other)) {
            group[count++] = other;
        }
    }
    return count;
}

/* a above b (matrices), or b behind a (vectors). */
static mpcf_node *join(mpcf_node *a, mpcf_node *b)
{
    mpcf_node *in[2] = {a, b};

    if (a == NULL || b == NULL) {
        return a == NULL ? b : a;
    }
    mpcf_shape shape = a->shape;
    shape.dim[0] += b->shape.dim[0];
    mpcf_node *node = graph_add_node(a->graph, OP_CONCAT, shape, in, 2);
    if (node != NULL) {
        node->first = 1;
    }
    return node;
}

mpcf_node *rule_fuse_linears(struct rewrite *rw, const mpcf_node *node)
{
    const mpcf_node *group[FUSED_MAX];
    mpcf_node *weight = NULL, *bias = NULL, *mine = NULL;
    int64_t first = 0;

    if (node->kind != OP_LINEAR) {
        return NULL;
    }
    const size_t count = find_group(rw, node, group);
    if (count < 2) {
        return NULL;
    }
    mpcf_node *x = rewrite_of(rw, node->in[0]);
    rewrite_scope(rw, node);
    for (size_t i = 0; i < count; i++) {
        weight = join(weight, rewrite_of(rw, group[i]->in[1]));
        bias = node->in_count > 2 ? join(bias, rewrite_of(rw, group[i]->in[2])) : NULL;
    }
    mpcf_node *all = mpcf_linear(rw->to, x, weight, bias);
    for (size_t i = 0; i < count; i++) {
        const int64_t columns = group[i]->in[1]->shape.dim[0];
        mpcf_node *part = mpcf_slice(rw->to, all, first, columns);
        rw->made[group[i]->id] = part;
        mine = group[i] == node ? part : mine;
        first += columns;
    }
    return mine;
}
