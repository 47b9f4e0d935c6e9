/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linear: y = x W^T + b; x [.., i], W [o, i], b [o] or none.
 */
#include <string.h>

#include "float/float_gemm.h"
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_linear(mpcf_graph *g, mpcf_node *x, mpcf_node *weight, mpcf_node *bias)
{
    mpcf_node *in[3] = {x, weight, bias};
    const size_t count = bias == NULL ? 2 : 3;
    char text_x[SHAPE_TEXT_SIZE];
    char text_w[SHAPE_TEXT_SIZE];
    mpcf_shape shape;

    if (!graph_operands_ok(g, OP_LINEAR, in, count)) {
        return NULL;
    }
    if (weight->shape.rank != 2 || shape_row(weight->shape) != shape_row(x->shape)) {
        return graph_fail(g, MPCF_E_SHAPE, "linear: weight %s does not take %s",
                          shape_text(weight->shape, text_w), shape_text(x->shape, text_x));
    }
    if (bias != NULL && (bias->shape.rank != 1 || bias->shape.dim[0] != weight->shape.dim[0])) {
        return graph_fail(g, MPCF_E_SHAPE, "linear: bias %s does not go with weight %s",
                          shape_text(bias->shape, text_x), shape_text(weight->shape, text_w));
    }
    shape = x->shape;
    shape.dim[shape.rank - 1] = weight->shape.dim[0];
    return graph_add_node(g, OP_LINEAR, shape, in, count);
}

static void bias_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        memcpy(c->y + r * cols, c->x[2], cols * sizeof(float));
    }
}

/* The product adds to rows that hold the bias already: no pass of its own. */
static void forward(const struct op_call *c)
{
    const size_t o = c->out.dim[3];
    const size_t i = c->in[0].dim[3];
    const bool has_bias = c->node->in_count == 3;

    if (has_bias) {
        op_each_row(c, c->out.count / o, o, bias_part);
    }
    float_backend()->gemm(&(struct float_gemm){.m = c->out.count / o,
                                               .n = o,
                                               .k = i,
                                               .transpose_b = true,
                                               .alpha = 1,
                                               .beta = has_bias ? 1.0F : 0.0F,
                                               .a = c->x[0],
                                               .lda = i,
                                               .b = c->x[1],
                                               .ldb = i,
                                               .c = c->y,
                                               .ldc = o});
}

/* Columns BEGIN * 64 .. END * 64. */
static void bias_gradient_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t o = c->out.dim[3];
    const size_t first = begin * 64;
    const size_t last = end * 64 < o ? end * 64 : o;

    float_kernel()->column_sums(c->dy + first, c->out.count / o, last - first, o, c->dx[2] + first);
}

static void bias_gradient(const struct op_call *c)
{
    const size_t o = c->out.dim[3];

    if (!c->add[2]) {
        memset(c->dx[2], 0, o * sizeof(float));
    }
    op_each_row(c, (o + 63) / 64, 64 * c->out.count / o, bias_gradient_part);
}

static void backward(const struct op_call *c)
{
    const size_t o = c->out.dim[3];
    const size_t i = c->in[0].dim[3];
    const size_t rows = c->out.count / o;

    if (c->dx[0] != NULL) {
        float_backend()->gemm(&(struct float_gemm){.m = rows,
                                                   .n = i,
                                                   .k = o,
                                                   .alpha = 1,
                                                   .beta = c->add[0] ? 1.0F : 0.0F,
                                                   .a = c->dy,
                                                   .lda = o,
                                                   .b = c->x[1],
                                                   .ldb = i,
                                                   .c = c->dx[0],
                                                   .ldc = i});
    }
    if (c->dx[1] != NULL) {
        float_backend()->gemm(&(struct float_gemm){.m = o,
                                                   .n = i,
                                                   .k = rows,
                                                   .transpose_a = true,
                                                   .alpha = 1,
                                                   .beta = c->add[1] ? 1.0F : 0.0F,
                                                   .a = c->dy,
                                                   .lda = o,
                                                   .b = c->x[0],
                                                   .ldb = i,
                                                   .c = c->dx[1],
                                                   .ldc = i});
    }
    if (c->node->in_count == 3 && c->dx[2] != NULL) {
        bias_gradient(c);
    }
}

const struct op op_linear = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0 | OP_READS_X1};
