/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offset: y = x + c.
 */
#include "graph/build.h"

mpcf_node *mpcf_offset(mpcf_graph *g, mpcf_node *x, double c)
{
    return graph_unary_real(g, OP_OFFSET, x, c);
}
