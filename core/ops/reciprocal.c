/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reciprocal: y = 1 / x, x > 0.
 */
#include "graph/build.h"

mpcf_node *mpcf_reciprocal(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_RECIPROCAL, x);
}
