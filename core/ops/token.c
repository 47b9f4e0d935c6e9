/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token: the row of one token, [B, T, h] -> [B, h].
 */
#include "ops/token.h"

#include <string.h>

#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_token(mpcf_graph *g, mpcf_node *x, int64_t index)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_TOKEN, &x, 1)) {
        return NULL;
    }
    if (x->shape.rank != 3 || index < 0 ||
        (x->shape.dim[1] != MPCF_DIM_TOKENS && index >= x->shape.dim[1])) {
        return graph_fail(g, MPCF_E_SHAPE, "token: no token %lld in %s", (long long) index,
                          shape_text(x->shape, text));
    }
    node = graph_add_node(g, OP_TOKEN, mpcf_shape_2(x->shape.dim[0], x->shape.dim[2]), &x, 1);
    if (node != NULL) {
        node->first = index;
    }
    return node;
}

mpcf_node *graph_token_kept(mpcf_graph *g, mpcf_node *x, int64_t index)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_shape shape;
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_TOKEN, &x, 1)) {
        return NULL;
    }
    shape = x->shape;
    if (shape.rank < 3 || index < 0 ||
        (shape.dim[shape.rank - 2] != MPCF_DIM_TOKENS && index >= shape.dim[shape.rank - 2])) {
        return graph_fail(g, MPCF_E_SHAPE, "token: no row %lld in %s", (long long) index,
                          shape_text(shape, text));
    }
    shape.dim[shape.rank - 2] = 1;
    node = graph_add_node(g, OP_TOKEN, shape, &x, 1);
    if (node != NULL) {
        node->first = index;
        node->count = 1;
    }
    return node;
}

/* X is [outer, T, c]; the row lies in the last dimension but one, whether it is kept or not. */
static size_t place(const struct op_call *c, size_t outer)
{
    return (outer * c->in[0].dim[2] + (size_t) c->node->first) * c->out.dim[3];
}

static void forward(const struct op_call *c)
{
    const size_t cols = c->out.dim[3];

    for (size_t i = 0; i < c->out.count / cols; i++) {
        memcpy(c->y + i * cols, c->x[0] + place(c, i), cols * sizeof(float));
    }
}

static void backward(const struct op_call *c)
{
    const size_t cols = c->out.dim[3];

    if (!c->add[0]) {
        memset(c->dx[0], 0, c->in[0].count * sizeof(float));
    }
    for (size_t i = 0; i < c->out.count / cols; i++) {
        float_kernel()->scale(c->dy + i * cols, 1.0F, c->dx[0] + place(c, i), true, cols);
    }
}

const struct op op_token = {.forward = forward, .backward = backward};
