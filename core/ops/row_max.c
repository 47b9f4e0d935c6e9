/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Largest kept element of each row: [.., r, c] -> [.., r, 1]; no gradient.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_row_max(mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *in[2] = {x, keep};
    char text_x[SHAPE_TEXT_SIZE];
    char text_keep[SHAPE_TEXT_SIZE];
    mpcf_shape shape;

    if (!graph_operands_ok(g, OP_ROW_MAX, in, 2)) {
        return NULL;
    }
    if (!shape_broadcasts_to(keep->shape, x->shape)) {
        return graph_fail(g, MPCF_E_SHAPE, "row_max: mask %s does not fit %s",
                          shape_text(keep->shape, text_keep), shape_text(x->shape, text_x));
    }
    shape = x->shape;
    shape.dim[shape.rank - 1] = 1;
    return graph_add_node(g, OP_ROW_MAX, shape, in, 2);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->in[0].dim[3];

    for (size_t r = begin; r < end; r++) {
        const float *keep = c->x[1] + op_broadcast_row(&c->in[1], &c->in[0], r);
        const float *x = c->x[0] + r * cols;

        if (c->in[1].dim[3] == cols) {
            c->y[r] = float_kernel()->max_kept(x, keep, cols);
            continue;
        }
        c->y[r] = x[0]; /* one mark for the whole row */
        for (size_t i = 1; i < cols; i++) {
            c->y[r] = x[i] > c->y[r] ? x[i] : c->y[r];
        }
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count, c->in[0].dim[3], forward_part);
}

const struct op op_row_max = {.forward = forward};
