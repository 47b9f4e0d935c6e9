/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tap: y = x, under a name that losses and reports know.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_tap(mpcf_graph *g, const char *name, mpcf_node *x)
{
    if (!graph_label_ok(g, OP_TAP, name) || !graph_operands_ok(g, OP_TAP, &x, 1)) {
        return NULL;
    }
    if (graph_find_label(g, OP_TAP, name) != NULL) {
        return graph_fail(g, MPCF_E_INVALID, "tap '%s' is there already", name);
    }
    return graph_add_labelled(g, OP_TAP, x->shape, x, name);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float_kernel()->scale(c->x[0] + begin, 1.0F, c->y + begin, false, end - begin);
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
