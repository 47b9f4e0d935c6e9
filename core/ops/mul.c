/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Product of two values, with broadcasting: y = a b.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/broadcast.h"
#include "ops/op.h"

mpcf_node *mpcf_mul(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return graph_binary(g, OP_MUL, a, b);
}

static void pair(const float *a, const float *b, float *y, size_t n)
{
    float_kernel()->multiply(a, b, y, false, n);
}

static void forward(const struct op_call *c)
{
    broadcast_forward(c, pair);
}

static void backward(const struct op_call *c)
{
    broadcast_product_gradient(c, 0);
    broadcast_product_gradient(c, 1);
}

const struct op op_mul = {.forward = forward,
                          .backward = backward,
                          .reads = OP_READS_X0 | OP_READS_X1,
                          .in_place = false};
