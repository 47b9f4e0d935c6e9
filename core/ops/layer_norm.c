/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer norm: y = (x - mean) / sqrt(variance + epsilon) gamma + beta over each row.
 */
#include "graph/build.h"

mpcf_node *mpcf_layer_norm(mpcf_graph *g, mpcf_node *x, mpcf_node *gamma, mpcf_node *beta,
                           double epsilon)
{
    mpcf_node *in[3] = {x, gamma, beta};
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_LAYER_NORM, in, 3)) {
        return NULL;
    }
    for (size_t i = 1; i < 3; i++) {
        if (in[i]->shape.rank != 1 || in[i]->shape.dim[0] != shape_row(x->shape)) {
            return graph_fail(g, MPCF_E_SHAPE, "layer_norm: '%s' does not fit rows of %s",
                              in[i]->name, shape_text(x->shape, text));
        }
    }
    if (!(epsilon >= 0 && epsilon < 1)) {
        return graph_fail(g, MPCF_E_INVALID, "layer_norm: epsilon %g is not in [0, 1)", epsilon);
    }
    node = graph_add_node(g, OP_LAYER_NORM, x->shape, in, 3);
    if (node != NULL) {
        node->real = epsilon;
    }
    return node;
}
