/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hyperbolic tangent: y = tanh(x).
 */
#include "graph/build.h"

mpcf_node *mpcf_tanh(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_TANH, x);
}
