/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a graph: two processes that have it in common have built the same network.
 */
#ifndef MPCF_GRAPH_DIGEST_H
#define MPCF_GRAPH_DIGEST_H

#include <stdbool.h>

#include "graph/graph.h"

/* SHA-256 of kinds, shapes, attributes and edges (no weights), in hex: what two processes
 * compare. TEXT has 65 bytes. false: memory. */
bool graph_digest(const mpcf_graph *g, char *text);

#endif
