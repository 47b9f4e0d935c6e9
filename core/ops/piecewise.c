/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Piecewise polynomial: row i of coef holds from cuts[i-1] on, below cuts[i].
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/coefficients.h"
#include "ops/op.h"

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

mpcf_node *mpcf_clamp(mpcf_graph *g, mpcf_node *x, double low, double high)
{
    const double cuts[] = {low, high}, coef[3][2] = {{low, 0}, {0, 1}, {high, 0}};

    if (!(low < high)) {
        return graph_fail(g, MPCF_E_INVALID, "clamp: %g is not below %g", low, high);
    }
    return mpcf_piecewise(g, x, cuts, 2, coef[0], 1);
}

struct narrow {
    float cuts[CUTS_MAX];
    float coef[(CUTS_MAX + 1) * (DEGREE_MAX + 1)];
};

static struct float_pieces pieces_of(const mpcf_node *node, struct narrow *room)
{
    coefficients_narrow(node->cuts, node->cut_count, room->cuts);
    coefficients_narrow(node->coef, (node->cut_count + 1) * (node->degree + 1), room->coef);
    return (struct float_pieces){room->cuts, node->cut_count, room->coef, node->degree};
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    struct narrow room;
    const struct float_pieces p = pieces_of(c->node, &room);

    float_kernel()->pieces(&p, c->x[0] + begin, c->y + begin, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    struct narrow room;
    const struct float_pieces p = pieces_of(c->node, &room);

    float_kernel()->pieces_gradient(&p, c->x[0] + begin, c->dy + begin, c->dx[0] + begin, c->add[0],
                                    end - begin);
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_piecewise = {.forward = forward, .backward = backward, .reads = OP_READS_X0};
