/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merge heads: [B, heads, T, d] -> [B, T, heads d].
 */
#include "graph/build.h"
#include "ops/heads.h"
#include "ops/op.h"

mpcf_node *mpcf_merge_heads(mpcf_graph *g, mpcf_node *x)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_MERGE_HEADS, &x, 1)) {
        return NULL;
    }
    if (x->shape.rank != 4 || x->shape.dim[1] < 1 || x->shape.dim[3] < 1) {
        return graph_fail(g, MPCF_E_SHAPE, "merge_heads: %s has no heads",
                          shape_text(x->shape, text));
    }
    node = graph_add_node(
        g, OP_MERGE_HEADS,
        mpcf_shape_3(x->shape.dim[0], x->shape.dim[2], x->shape.dim[1] * x->shape.dim[3]), &x, 1);
    if (node != NULL) {
        node->count = x->shape.dim[1];
    }
    return node;
}

static void forward(const struct op_call *c)
{
    heads_copy(&c->in[0], false, c->x[0], c->y, false);
}

static void backward(const struct op_call *c)
{
    heads_copy(&c->in[0], true, c->dy, c->dx[0], c->add[0]);
}

const struct op op_merge_heads = {.forward = forward, .backward = backward};
