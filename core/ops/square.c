/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Square: y = x^2.
 */
#include "graph/build.h"

mpcf_node *mpcf_square(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_SQUARE, x);
}
