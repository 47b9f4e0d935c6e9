/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Split heads: [B, T, h] -> [B, heads, T, h / heads].
 */
#include "graph/build.h"
#include "ops/heads.h"
#include "ops/op.h"

mpcf_node *mpcf_split_heads(mpcf_graph *g, mpcf_node *x, int64_t heads)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_SPLIT_HEADS, &x, 1)) {
        return NULL;
    }
    if (x->shape.rank != 3 || heads < 1 || x->shape.dim[2] < 1 || x->shape.dim[2] % heads != 0) {
        return graph_fail(g, MPCF_E_SHAPE, "split_heads: %s does not split into %lld",
                          shape_text(x->shape, text), (long long) heads);
    }
    node = graph_add_node(
        g, OP_SPLIT_HEADS,
        mpcf_shape_4(x->shape.dim[0], heads, x->shape.dim[1], x->shape.dim[2] / heads), &x, 1);
    if (node != NULL) {
        node->count = heads;
    }
    return node;
}

static void forward(const struct op_call *c)
{
    heads_copy(&c->out, true, c->x[0], c->y, false);
}

static void backward(const struct op_call *c)
{
    heads_copy(&c->out, false, c->dy, c->dx[0], c->add[0]);
}

const struct op op_split_heads = {.forward = forward, .backward = backward};
