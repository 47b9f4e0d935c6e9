/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of a polynomial plus a sine series: row i of coef holds from cuts[i-1] on, its last COUNT
 * numbers are the sines'.
 */
#include <string.h>

#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/coefficients.h"
#include "ops/op.h"

#define SINES_MAX 16

static bool has_no_sine(const double *sines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sines[i] < 0 || sines[i] > 0) {
            return false;
        }
    }
    return true;
}

static bool counts_fit(mpcf_graph *g, size_t cut_count, size_t degree, size_t sine_count)
{
    if (degree > DEGREE_MAX || cut_count < 2 || cut_count > CUTS_MAX || sine_count < 1 ||
        sine_count > SINES_MAX) {
        graph_fail(g, MPCF_E_INVALID,
                   "piecewise_sines: %zu cuts (2 .. %d), degree %zu (0 .. %d), %zu sines (1 .. %d)",
                   cut_count, CUTS_MAX, degree, DEGREE_MAX, sine_count, SINES_MAX);
        return false;
    }
    return true;
}

/* A row of polynomial and sines for each piece. */
static const double *join_rows(mpcf_graph *g, size_t rows, const double *coef, size_t degree,
                               const double *sines, size_t sine_count)
{
    double joined[(CUTS_MAX + 1) * (DEGREE_MAX + 1 + SINES_MAX)];
    const size_t width = degree + 1 + sine_count;

    for (size_t i = 0; i < rows; i++) {
        memcpy(joined + i * width, coef + i * (degree + 1), (degree + 1) * sizeof *coef);
        memcpy(joined + i * width + degree + 1, sines + i * sine_count, sine_count * sizeof *sines);
    }
    return graph_coefficients(g, OP_PIECEWISE_SINES, joined, rows * width);
}

mpcf_node *mpcf_piecewise_sines(mpcf_graph *g, mpcf_node *x, const double *cuts, size_t cut_count,
                                const double *coef, size_t degree, const double *sines,
                                size_t sine_count, double period)
{
    const double *cuts_copy, *rows;
    mpcf_node *node;

    if (!counts_fit(g, cut_count, degree, sine_count)) {
        return NULL;
    }
    cuts_copy = graph_coefficients(g, OP_PIECEWISE_SINES, cuts, cut_count);
    if (cuts_copy == NULL) {
        return NULL;
    }
    for (size_t i = 1; i < cut_count; i++) {
        if (!(cuts[i - 1] < cuts[i])) {
            return graph_fail(g, MPCF_E_INVALID, "piecewise_sines: cuts do not ascend");
        }
    }
    if (coef == NULL || sines == NULL || !has_no_sine(sines, sine_count) ||
        !has_no_sine(sines + cut_count * sine_count, sine_count)) {
        return graph_fail(g, MPCF_E_INVALID,
                          "piecewise_sines: the first and the last piece have no sines");
    }
    rows = join_rows(g, cut_count + 1, coef, degree, sines, sine_count);
    node =
        rows == NULL || !(period > 0) ? NULL : graph_unary_real(g, OP_PIECEWISE_SINES, x, period);
    if (node == NULL) {
        return graph_fail(g, MPCF_E_INVALID, "piecewise_sines: a period of %g", period);
    }
    node->cuts = cuts_copy;
    node->cut_count = cut_count;
    node->coef = rows;
    node->degree = degree + sine_count;
    node->count = (int64_t) sine_count;
    return node;
}

struct narrow {
    float cuts[CUTS_MAX];
    float coef[(CUTS_MAX + 1) * (DEGREE_MAX + 1 + SINES_MAX)];
};

static struct float_sines sines_of(const mpcf_node *node, struct narrow *room)
{
    coefficients_narrow(node->cuts, node->cut_count, room->cuts);
    coefficients_narrow(node->coef, (node->cut_count + 1) * (node->degree + 1), room->coef);
    return (struct float_sines){
        {room->cuts, node->cut_count, room->coef, node->degree}, (size_t) node->count, node->real};
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    struct narrow room;
    const struct float_sines s = sines_of(c->node, &room);

    float_kernel()->sines(&s, c->x[0] + begin, c->y + begin, end - begin);
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    struct narrow room;
    const struct float_sines s = sines_of(c->node, &room);

    float_kernel()->sines_gradient(&s, c->x[0] + begin, c->dy + begin, c->dx[0] + begin, c->add[0],
                                   end - begin);
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_piecewise_sines = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0};
