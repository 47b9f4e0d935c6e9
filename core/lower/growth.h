/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How values grow with the tokens of a text: a program may be for longer ones than were calibrated on.
 */
#ifndef MPCF_LOWER_GROWTH_H
#define MPCF_LOWER_GROWTH_H

#include "graph/graph.h"

/* GROWTH [graph_count(g)]: a text of K times the tokens has values up to K^(growth / 2) times as large; below 0 its
 * smallest positive ones are as much smaller. 2: a sum over tokens, -2: one over it. */
void growth_find(const mpcf_graph *g, int *growth);

#endif
