/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stop: y = x, and no gradient passes.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_stop_gradient(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_STOP_GRADIENT, x);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->scale(c->x[0] + begin, 1.0F, c->y + begin, false, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

const struct op op_stop_gradient = {.forward = forward, .in_place = true};
