/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Embedding: the rows of a table [v, h] that ids [B, T] name.
 */
#include "graph/build.h"

mpcf_node *mpcf_embedding(mpcf_graph *g, mpcf_node *table, mpcf_node *ids)
{
    mpcf_node *in[2] = {table, ids};
    char text_table[SHAPE_TEXT_SIZE];
    char text_ids[SHAPE_TEXT_SIZE];

    if (!graph_operands_ok(g, OP_EMBEDDING, in, 2)) {
        return NULL;
    }
    if (table->shape.rank != 2 || ids->shape.rank != 2 || ids->kind != OP_INPUT) {
        return graph_fail(g, MPCF_E_SHAPE, "embedding: table %s, ids %s of an input expected [B, T]",
                          shape_text(table->shape, text_table), shape_text(ids->shape, text_ids));
    }
    return graph_add_node(
        g, OP_EMBEDDING,
        mpcf_shape_3(ids->shape.dim[0], ids->shape.dim[1], table->shape.dim[1]), in, 2);
}
