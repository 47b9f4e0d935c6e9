/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token: the row of one token, [B, T, h] -> [B, h].
 */
#include "graph/build.h"

mpcf_node *mpcf_token(mpcf_graph *g, mpcf_node *x, int64_t index)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_TOKEN, &x, 1)) {
        return NULL;
    }
    if (x->shape.rank != 3 || index < 0 ||
        (x->shape.dim[1] != MPCF_DIM_TOKENS && index >= x->shape.dim[1])) {
        return graph_fail(g, MPCF_E_SHAPE, "token: no token %lld in %s", (long long) index,
                          shape_text(x->shape, text));
    }
    node = graph_add_node(g, OP_TOKEN, mpcf_shape_2(x->shape.dim[0], x->shape.dim[2]), &x, 1);
    if (node != NULL) {
        node->first = index;
    }
    return node;
}
