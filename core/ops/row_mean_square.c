/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mean of squares of a row plus `real`, made by passes: the variance of a row with mean 0, with
 * its epsilon. [.., r, c] -> [.., r, 1]
 */
#include "float/float_kernel.h"
#include "ops/op.h"

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->in[0].dim[3];

    for (size_t r = begin; r < end; r++) {
        const float *x = c->x[0] + r * cols;

        c->y[r] = float_kernel()->dot(x, x, cols) / (float) cols + (float) c->node->real;
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count, c->in[0].dim[3], forward_part);
}

const struct op op_row_mean_square = {.forward = forward};
