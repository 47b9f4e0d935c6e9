/* SPDX-License-Identifier: Apache-2.0 */
/* The gate as nodes, and its float kernels. */
#include "sigmoid_gate.h"

#include <mpcf/float.h>

#define PIECE 512

mpcf_node *sigmoid_gate_build(mpcf_graph *g, mpcf_node *x, double rate)
{
    mpcf_node *t = mpcf_tanh(g, mpcf_scale(g, x, rate / 2));
    mpcf_node *half = mpcf_scale(g, x, 0.5);

    return mpcf_mul(g, half, mpcf_offset(g, t, 1));
}

static void inner_tanh(const float *x, float *t, size_t count, float rate)
{
    for (size_t i = 0; i < count; i++) {
        t[i] = 0.5F * rate * x[i];
    }
    mpcf_float_tanh(t, t, count);
}

static void forward_piece(const float *x, float *y, size_t count, float rate)
{
    float t[PIECE];

    inner_tanh(x, t, count, rate);
    for (size_t i = 0; i < count; i++) {
        y[i] = 0.5F * x[i] * (1.0F + t[i]);
    }
}

void sigmoid_gate_forward(const mpcf_rows *shape, const float *x, float *y, float rate)
{
    const size_t count = shape->rows * shape->cols;

    for (size_t i = 0; i < count; i += PIECE) {
        forward_piece(x + i, y + i, count - i < PIECE ? count - i : PIECE, rate);
    }
}

static void backward_piece(const float *x, const float *dy, float *dx, size_t count, float rate)
{
    float t[PIECE];

    inner_tanh(x, t, count, rate);
    for (size_t i = 0; i < count; i++) {
        dx[i] = dy[i] * 0.5F * (1.0F + t[i] + 0.5F * rate * x[i] * (1.0F - t[i] * t[i]));
    }
}

void sigmoid_gate_backward(const mpcf_rows *shape, const float *x, const float *dy, float *dx,
                           float rate)
{
    const size_t count = shape->rows * shape->cols;

    for (size_t i = 0; i < count; i += PIECE) {
        backward_piece(x + i, dy + i, dx + i, count - i < PIECE ? count - i : PIECE, rate);
    }
}
