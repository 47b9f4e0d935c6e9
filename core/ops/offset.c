/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offset: y = x + c.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_offset(mpcf_graph *g, mpcf_node *x, double c)
{
    return graph_unary_real(g, OP_OFFSET, x, c);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->affine(c->x[0] + begin, 1.0F, (float) c->node->real, c->y + begin, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward(const struct op_call *c)
{
    op_reduce_gradient(c, 0, 1.0F);
}

const struct op op_offset = {.forward = forward, .backward = backward, .in_place = true};
