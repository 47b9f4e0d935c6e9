/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer norm: y = (x - mean) / sqrt(variance + epsilon) gamma + beta over each row.
 */
#include <string.h>

#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_layer_norm(mpcf_graph *g, mpcf_node *x, mpcf_node *gamma, mpcf_node *beta,
                           double epsilon)
{
    mpcf_node *in[3] = {x, gamma, beta};
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_LAYER_NORM, in, 3)) {
        return NULL;
    }
    for (size_t i = 1; i < 3; i++) {
        if (in[i]->shape.rank != 1 || in[i]->shape.dim[0] != shape_row(x->shape)) {
            return graph_fail(g, MPCF_E_SHAPE, "layer_norm: '%s' does not fit rows of %s",
                              in[i]->name, shape_text(x->shape, text));
        }
    }
    if (!(epsilon >= 0 && epsilon < 1)) {
        return graph_fail(g, MPCF_E_INVALID, "layer_norm: epsilon %g is not in [0, 1)", epsilon);
    }
    node = graph_add_node(g, OP_LAYER_NORM, x->shape, in, 3);
    if (node != NULL) {
        node->real = epsilon;
    }
    return node;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t h = c->out.dim[3];

    float_kernel()->layer_norm(c->x[0] + begin * h, c->x[1], c->x[2], (float) c->node->real,
                               end - begin, h, c->y + begin * h, c->saved + 2 * begin);
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], forward_part);
}

static void rows_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t h = c->out.dim[3];

    float_kernel()->layer_norm_gradient(c->x[0] + begin * h, c->x[1], c->saved + 2 * begin,
                                        c->dy + begin * h, end - begin, h, c->dx[0] + begin * h,
                                        c->add[0]);
}

/* Columns BEGIN * 64 .. END * 64 of gamma and beta. */
static void columns_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t h = c->out.dim[3];
    const size_t first = begin * 64;
    const size_t last = end * 64 < h ? end * 64 : h;

    float_kernel()->layer_norm_columns(c->x[0] + first, c->saved, c->dy + first, c->out.count / h,
                                       last - first, h, c->dx[1] + first, c->dx[2] + first);
}

/* Gamma and beta are parameters, or values of parameters: both want a gradient, or neither. */
static void backward(const struct op_call *c)
{
    const size_t h = c->out.dim[3];

    if (c->dx[1] != NULL && c->dx[2] != NULL) {
        for (size_t i = 1; i < 3; i++) {
            if (!c->add[i]) {
                memset(c->dx[i], 0, h * sizeof(float));
            }
        }
        op_each_row(c, (h + 63) / 64, 64 * c->out.count / h, columns_part);
    }
    if (c->dx[0] != NULL) {
        op_each_row(c, c->out.count / h, h, rows_part);
    }
}

static size_t saved(const mpcf_node *node, const struct dims *out, const size_t *in_count)
{
    (void) node, (void) in_count;
    return 2 * out->count / out->dim[3];
}

const struct op op_layer_norm = {
    .forward = forward, .backward = backward, .reads = OP_READS_X0 | OP_READS_X1, .saved = saved};
