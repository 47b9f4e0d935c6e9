/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mask: y = x keep, keep of 0 and 1 broadcast to x.
 */
#include "graph/build.h"

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
