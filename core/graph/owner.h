/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose values a node is computed from.
 */
#ifndef MPCF_GRAPH_OWNER_H
#define MPCF_GRAPH_OWNER_H

#include "graph/graph.h"

/* From the provider's parameters alone. */
bool node_is_constant(const mpcf_node *node);
/* Whether NODE has a dimension of tokens. A constant that has one is known for every position there is, and
 * a run of T tokens uses the first T. */
bool node_has_tokens(const mpcf_node *node);
/* Of a constant: how many positions its tables have, the least of them; 0: it reads none. */
size_t node_places(const mpcf_node *node);

#endif
