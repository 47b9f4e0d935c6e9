/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Square: y = x^2.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

#define POWER_MAX 16

mpcf_node *mpcf_square(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_SQUARE, x);
}

mpcf_node *mpcf_power(mpcf_graph *g, mpcf_node *x, unsigned exponent)
{
    mpcf_node *y = NULL, *square = x;

    if (exponent < 1 || exponent > POWER_MAX) {
        return graph_fail(g, MPCF_E_INVALID, "power: %u is not in 1 .. %d", exponent, POWER_MAX);
    }
    for (;; exponent /= 2) {
        if (exponent % 2 != 0) {
            y = y == NULL ? square : mpcf_mul(g, y, square);
        }
        if (exponent < 2) {
            return y;
        }
        square = mpcf_square(g, square);
    }
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->function[FLOAT_SQUARE](c->x[0] + begin, c->y + begin, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->function_gradient[FLOAT_SQUARE](c->x[0] + begin, c->y + begin, c->dy + begin,
                                                    c->dx[0] + begin, c->add[0], end - begin);
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_square = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0, .in_place = false};
