/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Product of two values, with broadcasting: y = a b.
 */
#include "graph/build.h"

mpcf_node *mpcf_mul(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return graph_binary(g, OP_MUL, a, b);
}
