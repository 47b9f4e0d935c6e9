/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linear: y = x W^T + b; x [.., i], W [o, i], b [o] or none.
 */
#include "graph/build.h"

mpcf_node *mpcf_linear(mpcf_graph *g, mpcf_node *x, mpcf_node *weight, mpcf_node *bias)
{
    mpcf_node *in[3] = {x, weight, bias};
    const size_t count = bias == NULL ? 2 : 3;
    char text_x[SHAPE_TEXT_SIZE];
    char text_w[SHAPE_TEXT_SIZE];
    mpcf_shape shape;

    if (!graph_operands_ok(g, OP_LINEAR, in, count)) {
        return NULL;
    }
    if (weight->shape.rank != 2 || shape_row(weight->shape) != shape_row(x->shape)) {
        return graph_fail(g, MPCF_E_SHAPE, "linear: weight %s does not take %s",
                          shape_text(weight->shape, text_w), shape_text(x->shape, text_x));
    }
    if (bias != NULL && (bias->shape.rank != 1 || bias->shape.dim[0] != weight->shape.dim[0])) {
        return graph_fail(g, MPCF_E_SHAPE, "linear: bias %s does not go with weight %s",
                          shape_text(bias->shape, text_x), shape_text(weight->shape, text_w));
    }
    shape = x->shape;
    shape.dim[shape.rank - 1] = weight->shape.dim[0];
    return graph_add_node(g, OP_LINEAR, shape, in, count);
}
