/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Row sum: [.., r, c] -> [.., r, 1].
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_row_sum(mpcf_graph *g, mpcf_node *x)
{
    mpcf_shape shape;

    if (!graph_operands_ok(g, OP_ROW_SUM, &x, 1)) {
        return NULL;
    }
    shape = x->shape;
    shape.dim[shape.rank - 1] = 1;
    return graph_add_node(g, OP_ROW_SUM, shape, &x, 1);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->in[0].dim[3];

    for (size_t r = begin; r < end; r++) {
        c->y[r] = float_kernel()->sum(c->x[0] + r * cols, cols);
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count, c->in[0].dim[3], forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->in[0].dim[3];

    for (size_t r = begin; r < end; r++) {
        float *dx = c->dx[0] + r * cols;

        for (size_t i = 0; i < cols; i++) {
            dx[i] = (c->add[0] ? dx[i] : 0.0F) + c->dy[r];
        }
    }
}

static void backward(const struct op_call *c)
{
    op_each_row(c, c->out.count, c->in[0].dim[3], backward_part);
}

const struct op op_row_sum = {.forward = forward, .backward = backward};
