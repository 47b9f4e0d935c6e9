/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Embedding: the rows of a table [v, h] that ids [B, T] name.
 */
#include <string.h>

#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_embedding(mpcf_graph *g, mpcf_node *table, mpcf_node *ids)
{
    mpcf_node *in[2] = {table, ids};
    char text_table[SHAPE_TEXT_SIZE];
    char text_ids[SHAPE_TEXT_SIZE];

    if (!graph_operands_ok(g, OP_EMBEDDING, in, 2)) {
        return NULL;
    }
    if (table->shape.rank != 2 || ids->shape.rank != 2 || ids->kind != OP_INPUT) {
        return graph_fail(g, MPCF_E_SHAPE,
                          "embedding: table %s, ids %s of an input expected [B, T]",
                          shape_text(table->shape, text_table), shape_text(ids->shape, text_ids));
    }
    return graph_add_node(g, OP_EMBEDDING,
                          mpcf_shape_3(ids->shape.dim[0], ids->shape.dim[1], table->shape.dim[1]),
                          in, 2);
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t h = c->out.dim[3];

    for (size_t r = begin; r < end; r++) {
        memcpy(c->y + r * h, c->x[0] + (size_t) c->ids[r] * h, h * sizeof(float));
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.count / c->out.dim[3], c->out.dim[3], forward_part);
}

/* Columns BEGIN .. END of all tokens: the order of sums does not depend on the workers. */
static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t h = c->out.dim[3];
    const size_t rows = c->out.count / h;

    for (size_t r = 0; r < rows; r++) {
        float_kernel()->scale(c->dy + r * h + begin, 1.0F,
                              c->dx[0] + (size_t) c->ids[r] * h + begin, true, end - begin);
    }
}

static void note_touched(const struct op_call *c)
{
    struct parameter *p = c->table;
    const size_t rows = c->out.count / c->out.dim[3];

    for (size_t r = 0; p != NULL && p->touched != NULL && r < rows; r++) {
        const uint32_t id = (uint32_t) c->ids[r];

        if (!p->is_touched[id]) {
            p->is_touched[id] = true;
            p->touched[p->touched_count++] = id;
        }
    }
}

/* dx is the table's own gradient, or that of a value computed from parameters. */
static void backward(const struct op_call *c)
{
    if (!c->add[0]) {
        memset(c->dx[0], 0, c->in[0].count * sizeof(float));
    }
    note_touched(c);
    op_each_row(c, c->out.dim[3], c->out.count / c->out.dim[3], backward_part);
}

const struct op op_embedding = {.forward = forward, .backward = backward};
