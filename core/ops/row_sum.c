/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Row sum: [.., r, c] -> [.., r, 1].
 */
#include "graph/build.h"

mpcf_node *mpcf_row_sum(mpcf_graph *g, mpcf_node *x)
{
    mpcf_shape shape;

    if (!graph_operands_ok(g, OP_ROW_SUM, &x, 1)) {
        return NULL;
    }
    shape = x->shape;
    shape.dim[shape.rank - 1] = 1;
    return graph_add_node(g, OP_ROW_SUM, shape, &x, 1);
}
