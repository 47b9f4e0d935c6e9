/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slice: columns first .. first + count - 1 of each row.
 */
#include "graph/build.h"

mpcf_node *mpcf_slice(mpcf_graph *g, mpcf_node *x, int64_t first, int64_t count)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_shape shape;
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_SLICE, &x, 1)) {
        return NULL;
    }
    shape = x->shape;
    if (first < 0 || count < 1 || shape_row(shape) < 1 || first > shape_row(shape) - count) {
        return graph_fail(g, MPCF_E_SHAPE, "slice: no columns %lld .. %lld in %s",
                          (long long) first, (long long) (first + count - 1),
                          shape_text(shape, text));
    }
    shape.dim[shape.rank - 1] = count;
    node = graph_add_node(g, OP_SLICE, shape, &x, 1);
    if (node != NULL) {
        node->first = first;
        node->count = count;
    }
    return node;
}
