/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product of two computed values: a [.., n, k] b [.., k, m], or b [.., m, k] transposed.
 */
#include "graph/build.h"

static mpcf_node *matmul(mpcf_graph *g, mpcf_node *a, mpcf_node *b, bool transposed)
{
    mpcf_node *in[2] = {a, b};
    char text_a[SHAPE_TEXT_SIZE];
    char text_b[SHAPE_TEXT_SIZE];
    mpcf_shape shape;
    bool agree;
    mpcf_node *node;

    if (!graph_operands_ok(g, OP_MATMUL, in, 2)) {
        return NULL;
    }
    agree = a->shape.rank == b->shape.rank && a->shape.rank >= 2;
    for (int32_t i = 0; agree && i < a->shape.rank - 2; i++) {
        agree = a->shape.dim[i] == b->shape.dim[i];
    }
    agree = agree && shape_row(a->shape) == b->shape.dim[b->shape.rank - (transposed ? 1 : 2)];
    if (!agree) {
        return graph_fail(g, MPCF_E_SHAPE, "matmul: %s and %s%s do not agree",
                          shape_text(a->shape, text_a), shape_text(b->shape, text_b),
                          transposed ? " transposed" : "");
    }
    shape = a->shape;
    shape.dim[shape.rank - 1] = b->shape.dim[b->shape.rank - (transposed ? 2 : 1)];
    node = graph_add_node(g, OP_MATMUL, shape, in, 2);
    if (node != NULL) {
        node->transposed = transposed;
    }
    return node;
}

mpcf_node *mpcf_matmul(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return matmul(g, a, b, false);
}

mpcf_node *mpcf_matmul_transposed(mpcf_graph *g, mpcf_node *a, mpcf_node *b)
{
    return matmul(g, a, b, true);
}
