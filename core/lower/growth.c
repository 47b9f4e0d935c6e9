/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the inputs on. A row of tokens that is added up has terms of one size each, and so has a product that
 * runs over tokens; what is divided by such a sum grows no more.
 */
#include "lower/growth.h"

#include "graph/owner.h"

#define GROWTH_MOST 8 /* of a fourth power of a sum; beyond it nothing would fit */

static int within(int growth)
{
    return growth > GROWTH_MOST ? GROWTH_MOST : growth < -GROWTH_MOST ? -GROWTH_MOST : growth;
}

static int of(const int *growth, const mpcf_node *node)
{
    return node == NULL ? 0 : growth[node->id];
}

static int largest(const int *growth, const mpcf_node *node)
{
    int most = of(growth, node->in[0]);

    for (size_t i = 1; i < node->in_count; i++) {
        most = of(growth, node->in[i]) > most ? of(growth, node->in[i]) : most;
    }
    return most;
}

static int over_tokens(const mpcf_node *x)
{
    return shape_row(x->shape) == MPCF_DIM_TOKENS ? 2 : 0;
}

static int growth_of(const int *growth, const mpcf_node *node)
{
    const int x = node->in_count > 0 ? of(growth, node->in[0]) : 0;

    switch (node->kind) {
    case OP_ROW_SUM:
        return x + over_tokens(node->in[0]);
    case OP_MATMUL:
    case OP_MATMUL_MASKED:
        return x + of(growth, node->in[1]) + over_tokens(node->in[0]);
    case OP_MUL:
        return x + of(growth, node->in[1]);
    case OP_SQUARE:
    case OP_ROW_MEAN_SQUARE:
        return 2 * x;
    case OP_POLY:
        return x > 0 ? (int) node->degree * x : x;
    case OP_RECIPROCAL:
        return -x;
    case OP_RSQRT:
        return -x / 2;
    case OP_ERF:
    case OP_TANH:
    case OP_EXP:
    case OP_LOOKUP:
    case OP_EMBEDDING:
        return 0; /* bounded, where they run at all */
    default:
        return node->in_count > 0 ? largest(growth, node) : 0;
    }
}

void growth_find(const mpcf_graph *g, int *growth)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        growth[i] = node_is_constant(node) ? 0 : within(growth_of(growth, node));
    }
}
