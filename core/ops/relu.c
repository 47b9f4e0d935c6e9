/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rectifier: y = max(x, 0).
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_relu(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_RELU, x);
}

mpcf_node *mpcf_max(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return mpcf_add(g, a, mpcf_relu(g, mpcf_sub(g, b, a)));
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->function[FLOAT_RELU](c->x[0] + begin, c->y + begin, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->function_gradient[FLOAT_RELU](c->x[0] + begin, c->y + begin, c->dy + begin,
                                                  c->dx[0] + begin, c->add[0], end - begin);
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_relu = {
    .forward = forward, .backward = backward, .reads = OP_READS_Y, .in_place = true};
