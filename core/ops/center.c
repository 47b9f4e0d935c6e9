/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Center, made by passes: x minus the mean of its row; with `first` 1 minus the mean over the
 * outermost dimension (a weight [o, i] whose outputs are to have mean 0).
 */
#include "float/float_kernel.h"
#include "ops/op.h"

static void rows_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        const float *x = c->x[0] + r * cols;
        const float mean = float_kernel()->sum(x, cols) / (float) cols;

        float_kernel()->affine(x, 1.0F, -mean, c->y + r * cols, cols);
    }
}

static size_t outermost(const struct op_call *c)
{
    return c->out.dim[MPCF_RANK_MAX - c->node->shape.rank];
}

/* Each column of the outermost dimension. */
static void columns_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t rows = outermost(c);
    const size_t stride = c->out.count / rows;

    for (size_t i = begin; i < end; i++) {
        double sum = 0;

        for (size_t r = 0; r < rows; r++) {
            sum += (double) c->x[0][r * stride + i];
        }
        for (size_t r = 0; r < rows; r++) {
            c->y[r * stride + i] = (float) ((double) c->x[0][r * stride + i] - sum / (double) rows);
        }
    }
}

static void forward(const struct op_call *c)
{
    if (c->node->first == 1) {
        op_each_row(c, c->out.count / outermost(c), outermost(c), columns_part);
    } else {
        op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], rows_part);
    }
}

const struct op op_center = {.forward = forward};
