/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Piecewise polynomial: row i of coef holds from cuts[i-1] on, below cuts[i].
 */
#include "graph/build.h"

#define DEGREE_MAX 8
#define CUTS_MAX 32

static bool ascending(const double *cuts, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!(cuts[i - 1] < cuts[i])) {
            return false;
        }
    }
    return true;
}

mpcf_node *mpcf_piecewise(mpcf_graph *g, mpcf_node *x, const double *cuts, size_t cut_count,
                          const double *coef, size_t degree)
{
    const double *cuts_copy;
    const double *coef_copy;
    mpcf_node *node;

    if (degree > DEGREE_MAX || cut_count < 1 || cut_count > CUTS_MAX) {
        return graph_fail(g, MPCF_E_INVALID, "piecewise: %zu cuts (1 .. %d), degree %zu (0 .. %d)",
                          cut_count, CUTS_MAX, degree, DEGREE_MAX);
    }
    cuts_copy = graph_coefficients(g, OP_PIECEWISE, cuts, cut_count);
    coef_copy = graph_coefficients(g, OP_PIECEWISE, coef, (cut_count + 1) * (degree + 1));
    if (cuts_copy == NULL || coef_copy == NULL) {
        return NULL;
    }
    if (!ascending(cuts, cut_count)) {
        return graph_fail(g, MPCF_E_INVALID, "piecewise: cuts do not ascend");
    }
    node = graph_unary(g, OP_PIECEWISE, x);
    if (node != NULL) {
        node->cuts = cuts_copy;
        node->cut_count = cut_count;
        node->coef = coef_copy;
        node->degree = degree;
    }
    return node;
}
