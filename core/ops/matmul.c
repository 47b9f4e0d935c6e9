/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product of two computed values: a [.., n, k] b [.., k, m], or b [.., m, k] transposed.
 */
#include "float/float_gemm.h"
#include "graph/build.h"
#include "ops/op.h"

static mpcf_node *matmul(mpcf_graph *g, mpcf_node *a, mpcf_node *b, bool transposed)
{
    mpcf_node *in[2] = {a, b};
    char text_a[SHAPE_TEXT_SIZE];
    char text_b[SHAPE_TEXT_SIZE];
    mpcf_shape shape;
    bool agree;
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_MATMUL, in, 2)) {
        return NULL;
    }
    agree = a->shape.rank == b->shape.rank && a->shape.rank >= 2;
    for (int32_t i = 0; agree && i < a->shape.rank - 2; i++) {
        agree = a->shape.dim[i] == b->shape.dim[i];
    }
    agree = agree && shape_row(a->shape) == b->shape.dim[b->shape.rank - (transposed ? 1 : 2)];
    if (!agree) {
        return graph_fail(g, MPCF_E_SHAPE, "matmul: %s and %s%s do not agree",
                          shape_text(a->shape, text_a), shape_text(b->shape, text_b),
                          transposed ? " transposed" : "");
    }
    shape = a->shape;
    shape.dim[shape.rank - 1] = b->shape.dim[b->shape.rank - (transposed ? 2 : 1)];
    node = graph_add_node(g, OP_MATMUL, shape, in, 2);
    if (node != NULL) {
        node->transposed = transposed;
    }
    return node;
}

mpcf_node *mpcf_matmul(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return matmul(g, a, b, false);
}

mpcf_node *mpcf_matmul_transposed(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return matmul(g, a, b, true);
}

/* Where matrix M of a tensor begins, and how far its rows are apart. */
struct matrix {
    size_t offset, stride;
};

static struct matrix matrix_of(const struct dims *d, bool interleaved, size_t m)
{
    const size_t heads = d->dim[1];

    if (!interleaved) {
        return (struct matrix){m * d->dim[2] * d->dim[3], d->dim[3]};
    }
    return (struct matrix){m / heads * heads * d->dim[2] * d->dim[3] + m % heads * d->dim[3],
                           heads * d->dim[3]};
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    for (size_t m = begin; m < end; m++) {
        const struct matrix a = matrix_of(&c->in[0], c->x_interleaved[0], m);
        const struct matrix b = matrix_of(&c->in[1], c->x_interleaved[1], m);
        const struct matrix y = matrix_of(&c->out, c->y_interleaved, m);

        float_backend()->gemm(&(struct float_gemm){.m = c->out.dim[2],
                                                   .n = c->out.dim[3],
                                                   .k = c->in[0].dim[3],
                                                   .transpose_b = c->node->transposed,
                                                   .alpha = c->factor,
                                                   .a = c->x[0] + a.offset,
                                                   .lda = a.stride,
                                                   .b = c->x[1] + b.offset,
                                                   .ldb = b.stride,
                                                   .c = c->y + y.offset,
                                                   .ldc = y.stride});
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.dim[0] * c->out.dim[1], c->out.dim[2] * c->out.dim[3] * c->in[0].dim[3],
                forward_part);
}

/* da = dy b^T (b as it lies where b was transposed). */
static void gradient_a(const struct op_call *c, size_t m)
{
    const struct matrix a = matrix_of(&c->in[0], c->x_interleaved[0], m);
    const struct matrix b = matrix_of(&c->in[1], c->x_interleaved[1], m);
    const struct matrix y = matrix_of(&c->out, c->y_interleaved, m);

    float_backend()->gemm(&(struct float_gemm){.m = c->out.dim[2],
                                               .n = c->in[0].dim[3],
                                               .k = c->out.dim[3],
                                               .transpose_b = !c->node->transposed,
                                               .alpha = c->factor,
                                               .beta = c->add[0] ? 1.0F : 0.0F,
                                               .a = c->dy + y.offset,
                                               .lda = y.stride,
                                               .b = c->x[1] + b.offset,
                                               .ldb = b.stride,
                                               .c = c->dx[0] + a.offset,
                                               .ldc = a.stride});
}

/* db = a^T dy, or dy^T a where b was transposed. */
static void gradient_b(const struct op_call *c, size_t m)
{
    const struct matrix a = matrix_of(&c->in[0], c->x_interleaved[0], m);
    const struct matrix b = matrix_of(&c->in[1], c->x_interleaved[1], m);
    const struct matrix y = matrix_of(&c->out, c->y_interleaved, m);
    struct float_gemm call = {.m = c->in[1].dim[2],
                              .n = c->in[1].dim[3],
                              .k = c->out.dim[2],
                              .transpose_a = true,
                              .alpha = c->factor,
                              .beta = c->add[1] ? 1.0F : 0.0F,
                              .a = c->x[0] + a.offset,
                              .lda = a.stride,
                              .b = c->dy + y.offset,
                              .ldb = y.stride,
                              .c = c->dx[1] + b.offset,
                              .ldc = b.stride};

    if (c->node->transposed) {
        call.a = c->dy + y.offset;
        call.lda = y.stride;
        call.b = c->x[0] + a.offset;
        call.ldb = a.stride;
    }
    float_backend()->gemm(&call);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    for (size_t m = begin; m < end; m++) {
        if (c->dx[0] != NULL) {
            gradient_a(c, m);
        }
        if (c->dx[1] != NULL) {
            gradient_b(c, m);
        }
    }
}

static void backward(const struct op_call *c)
{
    op_each_row(c, c->out.dim[0] * c->out.dim[1],
                2 * c->out.dim[2] * c->out.dim[3] * c->in[0].dim[3], backward_part);
}

const struct op op_matmul = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0 | OP_READS_X1};
