/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inverse square root: y = x^(-1/2), x > 0.
 */
#include "graph/build.h"

mpcf_node *mpcf_rsqrt(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_RSQRT, x);
}
