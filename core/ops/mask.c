/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mask: y = x keep, keep of 0 and 1 broadcast to x.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_mask(mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *in[2] = {x, keep};
    char text_x[SHAPE_TEXT_SIZE];
    char text_keep[SHAPE_TEXT_SIZE];

    if (!graph_operands_ok(g, OP_MASK, in, 2)) {
        return NULL;
    }
    if (!shape_broadcasts_to(keep->shape, x->shape)) {
        return graph_fail(g, MPCF_E_SHAPE, "mask: %s does not fit %s",
                          shape_text(keep->shape, text_keep), shape_text(x->shape, text_x));
    }
    return graph_add_node(g, OP_MASK, x->shape, in, 2);
}

/* By selection, not by product: what is left out may be infinite. */
static void select_rows(const struct op_call *c, const float *from, float *to, bool add,
                        size_t begin, size_t end)
{
    const size_t cols = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        const float *keep = c->x[1] + op_broadcast_row(&c->in[1], &c->out, r);
        const float *x = from + r * cols;
        float *y = to + r * cols;

        if (c->in[1].dim[3] == cols) {
            float_kernel()->select(x, keep, y, add, cols);
            continue;
        }
        for (size_t i = 0; i < cols; i++) {
            y[i] = (add ? y[i] : 0.0F) + (*keep != 0.0F ? x[i] : 0.0F);
        }
    }
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    select_rows(c, c->x[0], c->y, false, begin, end);
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    select_rows(c, c->dy, c->dx[0], c->add[0], begin, end);
}

static void backward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], backward_part);
}

const struct op op_mask = {
    .forward = forward, .backward = backward, .reads = OP_READS_X1, .in_place = true};
