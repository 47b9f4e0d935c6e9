/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sum of two values, with broadcasting: y = a + b.
 */
#include "graph/build.h"

mpcf_node *mpcf_add(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return graph_binary(g, OP_ADD, a, b);
}
