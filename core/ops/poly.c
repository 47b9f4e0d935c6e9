/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Polynomial: y = coef[0] + coef[1] x + .. + coef[degree] x^degree.
 */
#include "graph/build.h"

#define DEGREE_MAX 8

mpcf_node *mpcf_poly(mpcf_graph *g, mpcf_node *x, const double *coef, size_t degree)
{
    const double *copy;
    mpcf_node *node;

    if (degree < 1 || degree > DEGREE_MAX) {
        return graph_fail(g, MPCF_E_INVALID, "poly: degree %zu is not in 1 .. %d", degree,
                          DEGREE_MAX);
    }
    copy = graph_coefficients(g, OP_POLY, coef, degree + 1);
    node = copy == NULL ? NULL : graph_unary(g, OP_POLY, x);
    if (node != NULL) {
        node->coef = copy;
        node->degree = degree;
    }
    return node;
}
