/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Product with left-out rows, made by passes: u [B, h, n, T] times v [B, h, T, d], whose rows that
 * keep [B, 1, 1, T] leaves out count as 0.
 */
#include <string.h>

#include "float/float_gemm.h"
#include "float/float_kernel.h"
#include "ops/op.h"

/* Row R of v, or zeros, into the copy that the product reads. */
static void mask_rows(const struct op_call *c, size_t begin, size_t end)
{
    const size_t d = c->in[1].dim[3];
    struct dims marks = c->in[2];

    marks.dim[2] = marks.dim[3]; /* a mark for each row */
    marks.dim[3] = 1;
    for (size_t r = begin; r < end; r++) {
        const float *keep = c->x[2] + op_broadcast_row(&marks, &c->in[1], r);

        if (*keep != 0.0F) {
            memcpy(c->saved + r * d, c->x[1] + r * d, d * sizeof(float));
        } else {
            memset(c->saved + r * d, 0, d * sizeof(float));
        }
    }
}

static void forward(const struct op_call *c)
{
    const size_t n = c->out.dim[2];
    const size_t k = c->in[1].dim[2];
    const size_t d = c->out.dim[3];

    op_each_row(c, c->in[1].count / d, d, mask_rows);
    float_backend()->gemm_batch(&(struct float_gemm){.m = n,
                                                     .n = d,
                                                     .k = k,
                                                     .alpha = 1,
                                                     .a = c->x[0],
                                                     .lda = k,
                                                     .b = c->saved,
                                                     .ldb = d,
                                                     .c = c->y,
                                                     .ldc = d},
                                c->out.dim[0] * c->out.dim[1], n * k, k * d, n * d);
}

/* A copy of v. */
static size_t saved(const mpcf_node *node, const struct dims *out, const size_t *in_count)
{
    (void) node, (void) out;
    return in_count[1];
}

const struct op op_matmul_masked = {.forward = forward, .saved = saved};
