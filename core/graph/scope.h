/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes: what nodes are named after, and what their cost is booked under.
 */
#ifndef MPCF_GRAPH_SCOPE_H
#define MPCF_GRAPH_SCOPE_H

#include "graph/graph.h"

/* Nodes of G made from here on are in SCOPE and count as FUNCTION (both are copied), whatever
 * kind they are: for passes, whose nodes stand for others. Until mpcf_scope(). */
void graph_scope_as(mpcf_graph *g, const char *scope, const char *function);
/* What a node of KIND on operands IN counts as where neither scope nor slot says so: EMBEDDING,
 * POSITIONS and their sums "embedding", MATMUL "attention", LAYER_NORM "layer_norm", all else
 * "linear". */
const char *scope_usual_function(enum op_kind kind, mpcf_node *const *in);

#endif
