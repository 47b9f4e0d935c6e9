/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of a polynomial plus a sine series: row i of coef holds from cuts[i-1] on, its last COUNT
 * numbers are the sines'. Multiples of an angle by sin((k + 1) a) = 2 cos(a) sin(k a) - sin((k - 1) a).
 */
#include <math.h>
#include <string.h>

#include "graph/build.h"
#include "ops/coefficients.h"
#include "ops/op.h"

#define SINES_MAX 16
#define TWO_PI    6.28318530717958647692

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

static size_t piece_of(const mpcf_node *node, double x)
{
    size_t i = 0;

    while (i < node->cut_count && x >= node->cuts[i]) {
        i++;
    }
    return i;
}

/* Coefficients of the piece X lies in; *SINES NULL where it has none. */
static const double *row_of(const mpcf_node *node, double x, size_t *degree, const double **sines)
{
    const double *row = node->coef + piece_of(node, x) * (node->degree + 1);

    *degree = node->degree - (size_t) node->count;
    *sines = row + *degree + 1;
    if (has_no_sine(*sines, (size_t) node->count)) {
        *sines = NULL;
    }
    return row;
}

static double value_at(const mpcf_node *node, double x)
{
    size_t degree;
    const double *sines, *row = row_of(node, x, &degree, &sines);
    double y = row[degree];

    for (size_t i = degree; i-- > 0;) {
        y = y * x + row[i];
    }
    if (sines != NULL) {
        const double angle = TWO_PI / node->real * x, twice = 2 * cos(angle);
        double s = sin(angle), before = 0;

        for (int64_t k = 0; k < node->count; k++) {
            const double next = twice * s - before;

            y += sines[k] * s;
            before = s;
            s = next;
        }
    }
    return y;
}

static double slope_at(const mpcf_node *node, double x)
{
    size_t degree;
    const double *sines, *row = row_of(node, x, &degree, &sines);
    double y = 0;

    for (size_t i = degree; i > 0; i--) {
        y = y * x + (double) i * row[i];
    }
    if (sines != NULL) {
        const double rate = TWO_PI / node->real, twice = 2 * cos(rate * x);
        double c = twice / 2, before = 1;

        for (int64_t k = 0; k < node->count; k++) {
            const double next = twice * c - before;

            y += sines[k] * rate * (double) (k + 1) * c;
            before = c;
            c = next;
        }
    }
    return y;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        c->y[i] = (float) value_at(c->node, (double) c->x[0][i]);
    }
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        const float slope = (float) slope_at(c->node, (double) c->x[0][i]);

        c->dx[0][i] = (c->add[0] ? c->dx[0][i] : 0.0F) + slope * c->dy[i];
    }
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_piecewise_sines = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0};
