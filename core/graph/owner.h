/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose values a node is computed from.
 */
#ifndef MPCF_GRAPH_OWNER_H
#define MPCF_GRAPH_OWNER_H

#include "graph/graph.h"

/* From the provider's parameters alone. */
bool node_is_constant(const mpcf_node *node);

#endif
