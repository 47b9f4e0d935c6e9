/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Difference of two values, with broadcasting: y = a - b.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/broadcast.h"
#include "ops/op.h"

mpcf_node *mpcf_sub(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return graph_binary(g, OP_SUB, a, b);
}

static void pair(const float *a, const float *b, float *y, size_t n)
{
    float_kernel()->sub(a, b, y, n);
}

static void forward(const struct op_call *c)
{
    broadcast_forward(c, pair);
}

static void backward(const struct op_call *c)
{
    op_reduce_gradient(c, 0, 1.0F);
    op_reduce_gradient(c, 1, -1.0F);
}

const struct op op_sub = {.forward = forward, .backward = backward, .reads = 0, .in_place = true};
