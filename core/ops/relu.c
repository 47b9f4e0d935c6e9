/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rectifier: y = max(x, 0).
 */
#include "graph/build.h"

mpcf_node *mpcf_relu(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_RELU, x);
}
