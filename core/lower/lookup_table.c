/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embedding: public. What the user computes from tables that it has, and which tables those are.
 */
#include "lower/lookup_table.h"

#include "graph/owner.h"
#include "lower/lowering.h"

/* A parameter as the checkpoint has it, or with its rows centred (what fold_norm makes of it): a
 * table that anything else is folded into stays the provider's, and so does a measured one. */
static const mpcf_node *public_table(const mpcf_node *table)
{
    if (table->kind == OP_CENTER && table->first != 1) {
        table = table->in[0];
    }
    return table->kind == OP_PARAMETER && table->shape.rank == 2 && node_is_constant(table) &&
                   !table->is_measured
               ? table
               : NULL;
}

/* Of an EMBEDDING or POSITIONS that the user can look up: its parameter; else NULL. */
static const mpcf_node *parameter_of(const mpcf_node *node)
{
    switch (node->kind) {
    case OP_EMBEDDING:
        return node->in[1]->kind == OP_INPUT && node->in[1]->owner == MPCF_USER
                   ? public_table(node->in[0])
                   : NULL;
    case OP_POSITIONS:
        return public_table(node->in[0]);
    default:
        return NULL;
    }
}

bool lower_is_lookup(const mpcf_node *node)
{
    node = node_past_taps(node);
    if (node->kind == OP_ADD || node->kind == OP_SUB) {
        return lower_is_lookup(node->in[0]) && lower_is_lookup(node->in[1]);
    }
    return parameter_of(node) != NULL;
}

bool lower_needs_table(const mpcf_graph *g, const mpcf_node *parameter)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        if (parameter_of(graph_node(g, i)) == parameter) {
            return true;
        }
    }
    return false;
}
