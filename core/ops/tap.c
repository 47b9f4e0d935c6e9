/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tap: y = x, under a name that losses and reports know. The constructor is in graph/node.c, as
 * it names the node itself.
 */
#include "float/float_kernels.h"
#include "ops/op.h"

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernels()->scale(c->x[0] + begin, 1.0F, c->y + begin, false, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward(const struct op_call *c)
{
    op_reduce_gradient(c, 0, 1.0F);
}

const struct op op_tap = {.forward = forward, .backward = backward, .in_place = true};
