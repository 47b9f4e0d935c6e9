/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions: T rows of a table [v, h] from row FIRST on: [1, T, h].
 */
#include <string.h>

#include "float/float_kernel.h"
#include "graph/build.h"
#include "ops/op.h"

mpcf_node *mpcf_positions(mpcf_graph *g, mpcf_node *table, int64_t first)
{
    char text[SHAPE_TEXT_SIZE];
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_POSITIONS, &table, 1)) {
        return NULL;
    }
    if (table->shape.rank != 2 || first < 0 || first >= table->shape.dim[0]) {
        return graph_fail(g, MPCF_E_SHAPE, "positions: no row %lld in a table %s",
                          (long long) first, shape_text(table->shape, text));
    }
    node = graph_add_node(g, OP_POSITIONS, mpcf_shape_3(1, MPCF_DIM_TOKENS, table->shape.dim[1]),
                          &table, 1);
    if (node != NULL) {
        node->first = first;
    }
    return node;
}

static void forward(const struct op_call *c)
{
    memcpy(c->y, c->x[0] + (size_t) c->node->first * c->out.dim[3], c->out.count * sizeof(float));
}

static void backward(const struct op_call *c)
{
    if (!c->add[0]) {
        memset(c->dx[0], 0, c->in[0].count * sizeof(float));
    }
    float_kernel()->scale(c->dy, 1.0F, c->dx[0] + (size_t) c->node->first * c->out.dim[3], true,
                          c->out.count);
}

const struct op op_positions = {.forward = forward, .backward = backward};
