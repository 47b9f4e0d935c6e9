/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scale columns, made by passes and by slots of layer norms: x [.., h] times a vector [h].
 */
#include "float/float_kernel.h"
#include "ops/broadcast.h"
#include "ops/op.h"

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        float_kernel()->multiply(c->x[0] + r * cols, c->x[1], c->y + r * cols, false, cols);
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], forward_part);
}

static void backward(const struct op_call *c)
{
    broadcast_product_gradient(c, 0);
    broadcast_product_gradient(c, 1);
}

const struct op op_scale_columns = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0 | OP_READS_X1};
