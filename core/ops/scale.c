/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scale: y = x c.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_scale(mpcf_graph *g, mpcf_node *x, double c)
{
    return graph_unary_real(g, OP_SCALE, x, c);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->scale(c->x[0] + begin, (float) c->node->real, c->y + begin, false, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward(const struct op_call *c)
{
    op_reduce_gradient(c, 0, (float) c->node->real);
}

const struct op op_scale = {.forward = forward, .backward = backward, .in_place = true};
