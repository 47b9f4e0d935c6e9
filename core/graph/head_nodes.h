/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that cut values [B, heads, ..] by heads and put them together again.
 */
#ifndef MPCF_GRAPH_HEAD_NODES_H
#define MPCF_GRAPH_HEAD_NODES_H

#include "graph/graph.h"
#include "graph/head_set.h"

/* The heads SET of X [B, heads, r, c], in ascending order. */
mpcf_node *graph_take_heads(mpcf_graph *g, mpcf_node *x, const struct head_set *set);
/* PARTS[i], of the heads SETS[i], which do not meet: the heads of all in ascending order. */
mpcf_node *graph_join_heads(mpcf_graph *g, mpcf_node *const *parts, const struct head_set *sets,
                            size_t count);

#endif
