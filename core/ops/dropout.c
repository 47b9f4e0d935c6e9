/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dropout: while training, zeroes an element with chance p and scales the others.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_dropout(mpcf_graph *g, mpcf_node *x, double p)
{
    if (!(p >= 0 && p < 1)) {
        return graph_fail(g, MPCF_E_INVALID, "dropout: chance %g is not in [0, 1)", p);
    }
    return graph_unary_real(g, OP_DROPOUT, x, p);
}

/* Each node draws numbers of its own from the step's seed. */
static struct float_dropout draw(const struct op_call *c)
{
    const double p = c->node->real;
    uint64_t key = c->dropout_seed + (uint64_t) c->node->id * UINT64_C(0x9E3779B97F4A7C15);

    key = (key ^ (key >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (struct float_dropout){key ^ (key >> 31), (uint32_t) (p * 4294967296.0),
                                  (float) (1.0 / (1.0 - p))};
}

static bool is_off(const struct op_call *c)
{
    return c->dropout_seed == 0 || c->node->real <= 0;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const struct float_dropout d = draw(c);

    float_kernel()->dropout(&d, begin, c->x[0] + begin, c->y + begin, false, end - begin);
}

static void copy_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->scale(c->x[0] + begin, 1.0F, c->y + begin, false, end - begin);
}

static void forward(const struct op_call *c)
{
    if (!is_off(c)) {
        op_each(c, c->out.count, forward_part);
    } else if (c->x[0] != c->y) {
        op_each(c, c->out.count, copy_part);
    }
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const struct float_dropout d = draw(c);

    float_kernel()->dropout(&d, begin, c->dy + begin, c->dx[0] + begin, c->add[0], end - begin);
}

static void backward(const struct op_call *c)
{
    if (is_off(c)) {
        op_reduce_gradient(c, 0, 1.0F);
    } else {
        op_each(c, c->out.count, backward_part);
    }
}

const struct op op_dropout = {.forward = forward, .backward = backward, .in_place = true};
