/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes whose inverse one opening does not hold.
 */
#ifndef MPCF_INFERENCE_SECOND_OPENINGS_H
#define MPCF_INFERENCE_SECOND_OPENINGS_H

#include <jansson.h>

#include "graph/graph.h"
#include "pass/ranges.h"

/* A list of {"node", "low", "high"}, with the margin and for texts of TOKENS, of what G's inverses and inverse roots are taken of, where their
 * range is beyond one opening; empty: none. NULL: memory. */
json_t *second_openings(const mpcf_graph *g, const struct ranges *ranges, size_t tokens);

#endif
