/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scales rows of attention weights, and what masks their columns, moves behind and before
 * the product with V, which has fewer elements.
 *
 *   before   mul(mask(u, keep), r) -> matmul(v)              u [.., T, T], r [.., T, 1]
 *   after    u -> matmul(v with rows zeroed by keep) -> mul(r)
 */
#include "pass/row_scaling.h"

#include "graph/node.h"

#define FACTORS_MAX 8

struct peeled {
    mpcf_node *core, *keep;
    mpcf_node *factors[FACTORS_MAX];
    size_t factor_count;
};

static int64_t row_of(const mpcf_node *x)
{
    return x->shape.dim[x->shape.rank - 1];
}

static bool has_shape(const mpcf_node *x, mpcf_shape shape)
{
    bool same = x->shape.rank == shape.rank;

    for (int32_t i = 0; same && i < shape.rank; i++) {
        same = x->shape.dim[i] == shape.dim[i];
    }
    return same;
}

static bool is_column_mask(const mpcf_node *keep)
{
    return keep->shape.rank == 4 && keep->shape.dim[1] == 1 && keep->shape.dim[2] == 1;
}

/* Takes one factor or mask off; false where the core is reached. */
static bool peel(struct peeled *p)
{
    mpcf_node *x = node_without_taps(p->core);

    p->core = x;
    if (x->kind == OP_MASK && is_column_mask(x->in[1]) &&
        (p->keep == NULL || p->keep == x->in[1])) {
        p->keep = x->in[1];
        p->core = x->in[0];
        return true;
    }
    if (x->kind != OP_MUL || p->factor_count == FACTORS_MAX || row_of(x) == 1) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (row_of(x->in[i]) == 1 && has_shape(x->in[1 - i], x->shape)) {
            p->factors[p->factor_count++] = x->in[i];
            p->core = x->in[1 - i];
            return true;
        }
    }
    return false;
}

static mpcf_node *masked_product(struct rewrite *rw, const mpcf_node *node, const struct peeled *p,
                                 mpcf_node *v)
{
    mpcf_node *in[3] = {p->core, v, p->keep};

    if (p->keep == NULL) {
        return mpcf_matmul(rw->to, p->core, v);
    }
    return graph_add_node(rw->to, OP_MATMUL_MASKED, node->shape, in, 3);
}

mpcf_node *rule_row_scaling(struct rewrite *rw, const mpcf_node *node)
{
    struct peeled p = {0};

    if (node->kind != OP_MATMUL || node->transposed || node->shape.rank != 4) {
        return NULL;
    }
    p.core = rewrite_of(rw, node->in[0]);
    mpcf_node *v = rewrite_of(rw, node->in[1]);
    if (p.core == NULL || v == NULL) {
        return NULL;
    }
    while (peel(&p)) {
    }
    if (p.keep == NULL && p.factor_count == 0) {
        return NULL;
    }
    rewrite_scope(rw, node);
    mpcf_node *y = masked_product(rw, node, &p, v);
    for (size_t i = 0; i < p.factor_count; i++) {
        y = mpcf_mul(rw->to, y, p.factors[i]);
    }
    return y;
}
