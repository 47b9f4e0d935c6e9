/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Largest kept element of each row: [.., r, c] -> [.., r, 1]; no gradient.
 */
#include "graph/build.h"

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
