/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token's row, as the pass that leaves out rows nobody reads needs it.
 */
#ifndef MPCF_OPS_TOKEN_H
#define MPCF_OPS_TOKEN_H

#include "graph/graph.h"

/* mpcf_token() that keeps the dimension: row INDEX of the last dimension but one, [.., T, c] ->
 * [.., 1, c]. */
mpcf_node *graph_token_kept(mpcf_graph *g, mpcf_node *x, int64_t index);

#endif
