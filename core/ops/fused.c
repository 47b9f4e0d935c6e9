/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fused: an approximation by its own float kernels. in[0] x, in[1] the mask or NULL; in[2], the
 * formula, is not computed. A normaliser and a layer norm see whole rows.
 */
#include <mpcf/approx.h>

#include "float/float_kernel.h"
#include "ops/op.h"

static bool has_mask(const struct op_call *c)
{
    return c->node->in[1] != NULL;
}

static bool is_by_row(const mpcf_node *node)
{
    return node->in[1] != NULL || node->approx->slot == MPCF_SLOT_LAYER_NORM;
}

/* The mask as the kernels want it, a mark for each element; heads share it where they may. */
static struct dims marks_dims(const struct dims *keep, const struct dims *out)
{
    struct dims d = *out;

    d.dim[1] = keep->dim[1];
    d.count = d.dim[0] * d.dim[1] * d.dim[2] * d.dim[3];
    return d;
}

static void expand_marks(const struct op_call *c, size_t begin, size_t end)
{
    const struct dims d = marks_dims(&c->in[1], &c->out);
    const size_t cols = d.dim[3];

    for (size_t r = begin; r < end; r++) {
        const float *keep = c->x[1] + op_broadcast_row(&c->in[1], &d, r);

        for (size_t i = 0; i < cols; i++) {
            c->saved[r * cols + i] = c->in[1].dim[3] == cols ? keep[i] : *keep;
        }
    }
}

/* Rows BEGIN .. END of the result lie in one matrix [r, c]; their marks. */
static const float *marks_of(const struct op_call *c, size_t row)
{
    const struct dims d = marks_dims(&c->in[1], &c->out);

    if (!has_mask(c)) {
        return NULL;
    }
    return c->saved + op_broadcast_row(&d, &c->out, row);
}

/* The next piece from ROW: rows of one matrix that fit into a piece, or one longer row. */
static size_t piece_rows(const struct op_call *c, size_t row, size_t end)
{
    const size_t in_matrix = c->out.dim[2] - row % c->out.dim[2];
    const size_t fitting = MPCF_PIECE_MAX / c->out.dim[3];
    const size_t rows = in_matrix < end - row ? in_matrix : end - row;

    return fitting == 0 ? 1 : rows < fitting ? rows : fitting;
}

/* Where the gradient of a piece goes before it is added to another: ON_STACK where it fits, else
 * the place that saved() keeps behind the marks; workers have different pieces of it. */
static float *gradient_room(const struct op_call *c, size_t first, size_t count, float *on_stack)
{
    if (count <= MPCF_PIECE_MAX) {
        return on_stack;
    }
    return c->saved + (has_mask(c) ? marks_dims(&c->in[1], &c->out).count : 0) + first;
}

static void gradient_piece(const struct op_call *c, const mpcf_rows *shape, size_t first)
{
    const mpcf_node *node = c->node;
    const size_t count = shape->rows * shape->cols;
    float on_stack[MPCF_PIECE_MAX];
    float *room = gradient_room(c, first, count, on_stack);

    if (!c->add[0]) {
        node->approx->backward(node->approx_config, shape, c->x[0] + first, c->y + first,
                               c->dy + first, c->dx[0] + first);
        return;
    }
    node->approx->backward(node->approx_config, shape, c->x[0] + first, c->y + first, c->dy + first,
                           room);
    float_kernel()->scale(room, 1.0F, c->dx[0] + first, true, count);
}

static void rows_forward(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->out.dim[3];

    for (size_t r = begin, rows = 0; r < end; r += rows) {
        rows = piece_rows(c, r, end);
        c->node->approx->forward(c->node->approx_config, &(mpcf_rows){rows, cols, marks_of(c, r)},
                                 c->x[0] + r * cols, c->y + r * cols);
    }
}

static void rows_backward(const struct op_call *c, size_t begin, size_t end)
{
    const size_t cols = c->out.dim[3];

    for (size_t r = begin, rows = 0; r < end; r += rows) {
        rows = piece_rows(c, r, end);
        gradient_piece(c, &(mpcf_rows){rows, cols, marks_of(c, r)}, r * cols);
    }
}

/* Elements BEGIN .. END, or as many as a piece has, as one row. */
static mpcf_rows flat_piece(size_t begin, size_t end)
{
    return (mpcf_rows){1, end - begin < MPCF_PIECE_MAX ? end - begin : MPCF_PIECE_MAX, NULL};
}

static void flat_forward(const struct op_call *c, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i += MPCF_PIECE_MAX) {
        const mpcf_rows shape = flat_piece(i, end);

        c->node->approx->forward(c->node->approx_config, &shape, c->x[0] + i, c->y + i);
    }
}

static void flat_backward(const struct op_call *c, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i += MPCF_PIECE_MAX) {
        const mpcf_rows shape = flat_piece(i, end);

        gradient_piece(c, &shape, i);
    }
}

static void forward(const struct op_call *c)
{
    const size_t cols = c->out.dim[3];

    if (!is_by_row(c->node)) {
        op_each(c, c->out.count, flat_forward);
        return;
    }
    if (has_mask(c)) {
        expand_marks(c, 0, marks_dims(&c->in[1], &c->out).count / cols);
    }
    op_each_row(c, c->out.count / cols, cols, rows_forward);
}

static void backward(const struct op_call *c)
{
    const size_t cols = c->out.dim[3];

    if (!is_by_row(c->node)) {
        op_each(c, c->out.count, flat_backward);
    } else {
        op_each_row(c, c->out.count / cols, cols, rows_backward);
    }
}

/* Heads that share their marks need them once: the dimension before the rows is 1. Rows longer than
 * a piece have room for their gradient, too. */
static size_t saved(const mpcf_node *node, const struct dims *out, const size_t *in_count)
{
    const mpcf_node *keep = node->in[1];
    const size_t room = out->dim[3] > MPCF_PIECE_MAX ? out->count : 0;

    (void) in_count;
    if (keep == NULL) {
        return is_by_row(node) ? room : 0;
    }
    if (keep->shape.rank < 3 || keep->shape.dim[keep->shape.rank - 3] == 1) {
        return out->count / out->dim[1] + room;
    }
    return out->count + room;
}

const struct op op_fused = {.forward = forward,
                            .backward = backward,
                            .reads = OP_READS_X0 | OP_READS_X1 | OP_READS_Y,
                            .saved = saved};
