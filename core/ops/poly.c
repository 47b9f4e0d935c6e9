/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Polynomial: y = coef[0] + coef[1] x + .. + coef[degree] x^degree.
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/coefficients.h"
#include "ops/op.h"

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

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    float coef[DEGREE_MAX + 1];

    coefficients_narrow(c->node->coef, c->node->degree + 1, coef);
    float_kernel()->poly(c->x[0] + begin, coef, c->node->degree, c->y + begin, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    float coef[DEGREE_MAX + 1];

    coefficients_narrow(c->node->coef, c->node->degree + 1, coef);
    float_kernel()->poly_gradient(c->x[0] + begin, coef, c->node->degree, c->dy + begin,
                                  c->dx[0] + begin, c->add[0], end - begin);
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_poly = {.forward = forward, .backward = backward, .reads = OP_READS_X0};
