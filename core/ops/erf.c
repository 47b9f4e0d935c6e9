/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error function: y = erf(x).
 */
#include "graph/build.h"

mpcf_node *mpcf_erf(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_ERF, x);
}
