/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exponential: y = e^x.
 */
#include "graph/build.h"

mpcf_node *mpcf_exp(mpcf_graph *g, mpcf_node *x)
{
    return graph_unary(g, OP_EXP, x);
}
