/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes added to a graph: their place in the list, unique names, owners.
 */
#ifndef MPCF_GRAPH_NODE_H
#define MPCF_GRAPH_NODE_H

#include "graph/graph.h"

/* A new node of KIND with operands; used by the constructors and by passes, which fill the
 * attributes of the node it returns. SHAPE as given. */
mpcf_node *graph_add_node(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *const *in,
                          size_t in_count);
/* The same of a source (IN is NULL) or tap, which LABEL names: what the builder called it. */
mpcf_node *graph_add_labelled(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *in,
                              const char *label);
/* A node of G like NODE (of another graph) on the operands IN; keeps name and attributes. */
mpcf_node *graph_copy_node(mpcf_graph *g, const mpcf_node *node, mpcf_node *const *in);
/* The name of NODE where it is put into G now: its label, or SCOPE.operation, with a number
 * where that is taken. NULL: memory. */
const char *graph_name_node(mpcf_graph *g, const mpcf_node *node);
/* NODE, or what taps on it name; NULL for NULL. The second for who changes it. */
const mpcf_node *node_past_taps(const mpcf_node *node);
mpcf_node *node_without_taps(mpcf_node *node);

#endif
