/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dropout: while training, zeroes an element with chance p and scales the others.
 */
#include "graph/build.h"

mpcf_node *mpcf_dropout(mpcf_graph *g, mpcf_node *x, double p)
{
    if (!(p >= 0 && p < 1)) {
        return graph_fail(g, MPCF_E_INVALID, "dropout: chance %g is not in [0, 1)", p);
    }
    return graph_unary_real(g, OP_DROPOUT, x, p);
}
