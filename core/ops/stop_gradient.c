/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stop: y = x, and no gradient passes.
 */
#include "graph/build.h"

mpcf_node *mpcf_stop_gradient(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_STOP_GRADIENT, x);
}
