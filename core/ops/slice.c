/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slice: columns first .. first + count - 1 of each row. Whether a row of as many columns as there are
 * tokens has them is asked when a run begins.
 */
#include <string.h>

#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

static bool has_columns(mpcf_shape shape, int64_t first, int64_t count)
{
    const int64_t row = shape_row(shape) == MPCF_DIM_TOKENS ? INT32_MAX : shape_row(shape);

    return first >= 0 && count >= 1 && row >= 1 && count <= row && first <= row - count;
}

mpcf_node *mpcf_slice(mpcf_graph *g, mpcf_node *x, int64_t first, int64_t count)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_shape shape;
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_SLICE, &x, 1)) {
        return NULL;
    }
    shape = x->shape;
    if (!has_columns(shape, first, count)) {
        return graph_fail(g, MPCF_E_SHAPE, "slice: no columns %lld .. %lld in %s",
                          (long long) first, (long long) (first + count - 1),
                          shape_text(shape, text));
    }
    shape.dim[shape.rank - 1] = count;
    node = graph_add_node(g, OP_SLICE, shape, &x, 1);
    if (node != NULL) {
        node->first = first;
        node->count = count;
    }
    return node;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t from = c->in[0].dim[3];
    const size_t count = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        memcpy(c->y + r * count, c->x[0] + r * from + (size_t) c->node->first,
               count * sizeof(float));
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t from = c->in[0].dim[3];
    const size_t count = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        float *dx = c->dx[0] + r * from;

        if (!c->add[0]) {
            memset(dx, 0, from * sizeof(float));
        }
        float_kernel()->scale(c->dy + r * count, 1.0F, dx + (size_t) c->node->first, true, count);
    }
}

static void backward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->in[0].dim[3], backward_part);
}

const struct op op_slice = {.forward = forward, .backward = backward};
