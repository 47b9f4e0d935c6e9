/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scale columns, made by passes: x [.., h] times a vector [h].
 */
#include "float/float_kernel.h"
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

const struct op op_scale_columns = {.forward = forward};
