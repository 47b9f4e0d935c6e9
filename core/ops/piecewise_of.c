/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Piecewise polynomial whose inner pieces have trained parts: coefficients of piece i are coef's, of x,
 * and what delta adds, of x less the middle of the piece. delta is [degree + 1, inner pieces].
 */
#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/coefficients.h"
#include "ops/op.h"

static bool is_straight(const double *row, size_t degree)
{
    for (size_t i = 2; i <= degree; i++) {
        if (row[i] < 0 || row[i] > 0) {
            return false;
        }
    }
    return true;
}

/* What mpcf_piecewise() asks of its numbers, and of the outer rows and DELTA what this asks besides. */
static bool fits(mpcf_graph *g, const double *cuts, size_t cut_count, const double *coef,
                 size_t degree, const mpcf_node *delta)
{
    if (degree < 1 || degree > DEGREE_MAX || cut_count < 2 || cut_count > CUTS_MAX ||
        cuts == NULL || coef == NULL) {
        graph_fail(g, MPCF_E_INVALID, "piecewise_of: %zu cuts (2 .. %d), degree %zu (1 .. %d)",
                   cut_count, CUTS_MAX, degree, DEGREE_MAX);
        return false;
    }
    for (size_t i = 1; i < cut_count; i++) {
        if (!(cuts[i - 1] < cuts[i])) {
            graph_fail(g, MPCF_E_INVALID, "piecewise_of: cuts do not ascend");
            return false;
        }
    }
    if (!is_straight(coef, degree) || !is_straight(coef + cut_count * (degree + 1), degree)) {
        graph_fail(g, MPCF_E_INVALID, "piecewise_of: the first and the last piece are lines");
        return false;
    }
    if (delta->shape.rank != 2 || delta->shape.dim[0] != (int64_t) degree + 1 ||
        delta->shape.dim[1] != (int64_t) cut_count - 1) {
        char text[SHAPE_TEXT_SIZE];

        graph_fail(g, MPCF_E_SHAPE, "piecewise_of: delta is %s, expected [%zu, %zu]",
                   shape_text(delta->shape, text), degree + 1, cut_count - 1);
        return false;
    }
    return true;
}

mpcf_node *mpcf_piecewise_of(mpcf_graph *g, mpcf_node *x, const double *cuts, size_t cut_count,
                             const double *coef, size_t degree, mpcf_node *delta)
{
    mpcf_node *in[2] = {x, delta}, *node;
    const double *cuts_copy, *coef_copy;

    if (!graph_operands_ok(g, OP_PIECEWISE_OF, in, 2) ||
        !fits(g, cuts, cut_count, coef, degree, delta)) {
        return NULL;
    }
    cuts_copy = graph_coefficients(g, OP_PIECEWISE_OF, cuts, cut_count);
    coef_copy = graph_coefficients(g, OP_PIECEWISE_OF, coef, (cut_count + 1) * (degree + 1));
    node = cuts_copy == NULL || coef_copy == NULL
               ? NULL
               : graph_add_node(g, OP_PIECEWISE_OF, x->shape, in, 2);
    if (node != NULL) {
        node->cuts = cuts_copy;
        node->cut_count = cut_count;
        node->coef = coef_copy;
        node->degree = degree;
    }
    return node;
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

/* The inner piece that X lies in, and X less its middle; false: an outer one. */
static bool inner_piece(const mpcf_node *node, const struct narrow *room, float x, size_t *piece,
                        float *t)
{
    size_t i = 0;

    while (i < node->cut_count && x >= room->cuts[i]) {
        i++;
    }
    if (i == 0 || i == node->cut_count) {
        return false;
    }
    *piece = i - 1;
    *t = x - (float) ((node->cuts[i - 1] + node->cuts[i]) / 2);
    return true;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t inner = c->node->cut_count - 1;
    struct narrow room;
    const struct float_pieces p = pieces_of(c->node, &room);
    size_t piece = 0;
    float t = 0;

    float_kernel()->pieces(&p, c->x[0] + begin, c->y + begin, end - begin);
    for (size_t i = begin; i < end; i++) {
        if (inner_piece(c->node, &room, c->x[0][i], &piece, &t)) {
            float sum = 0;

            for (size_t k = c->node->degree + 1; k-- > 0;) {
                sum = sum * t + c->x[1][k * inner + piece];
            }
            c->y[i] += sum;
        }
    }
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t inner = c->node->cut_count - 1;
    struct narrow room;
    const struct float_pieces p = pieces_of(c->node, &room);
    size_t piece = 0;
    float t = 0;

    float_kernel()->pieces_gradient(&p, c->x[0] + begin, c->dy + begin, c->dx[0] + begin, c->add[0],
                                    end - begin);
    for (size_t i = begin; i < end; i++) {
        if (inner_piece(c->node, &room, c->x[0][i], &piece, &t)) {
            float slope = 0;

            for (size_t k = c->node->degree; k > 0; k--) {
                slope = slope * t + (float) k * c->x[1][k * inner + piece];
            }
            c->dx[0][i] += slope * c->dy[i];
        }
    }
}

/* In order, on one thread: the sums are few and all elements meet in them. */
static void delta_gradient(const struct op_call *c)
{
    const size_t inner = c->node->cut_count - 1, count = (c->node->degree + 1) * inner;
    double sums[(DEGREE_MAX + 1) * CUTS_MAX] = {0};
    struct narrow room;
    size_t piece = 0;
    float t = 0;

    (void) pieces_of(c->node, &room);
    for (size_t i = 0; i < c->out.count; i++) {
        if (inner_piece(c->node, &room, c->x[0][i], &piece, &t)) {
            double power = (double) c->dy[i];

            for (size_t k = 0; k <= c->node->degree; k++) {
                sums[k * inner + piece] += power;
                power *= (double) t;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        c->dx[1][i] = (c->add[1] ? c->dx[1][i] : 0.0F) + (float) sums[i];
    }
}

static void backward(const struct op_call *c)
{
    if (c->dx[0] != NULL) {
        op_each(c, c->out.count, backward_part);
    }
    if (c->dx[1] != NULL) {
        delta_gradient(c);
    }
}

const struct op op_piecewise_of = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0 | OP_READS_X1};
