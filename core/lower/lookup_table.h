/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embedding: public. Which tables the user has, and what it computes from them alone.
 */
#ifndef MPCF_LOWER_LOOKUP_TABLE_H
#define MPCF_LOWER_LOOKUP_TABLE_H

#include "graph/graph.h"

/* Whether NODE is rows of such tables, or sums of them: the user has its value itself. */
bool lower_is_lookup(const mpcf_node *node);

/* Whether PARAMETER, a node of G, is a table that the user looks up in with embedding_public: what
 * words, token types and positions are embedded with, where nothing else is folded into it. */
bool lower_needs_table(const mpcf_graph *g, const mpcf_node *parameter);

#endif
