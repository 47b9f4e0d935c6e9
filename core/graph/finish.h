/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph that is built is put in order: equal networks are equal lists, in whatever order their
 * nodes were made.
 */
#ifndef MPCF_GRAPH_FINISH_H
#define MPCF_GRAPH_FINISH_H

#include "graph/graph.h"

/* The first failure, as graph_check(); else sorts outputs by name, numbers nodes as the outputs
 * need them (each behind its operands, the first operand first, then by label inputs,
 * parameters and taps that no output needs; nodes that nothing needs leave the list), and names
 * them in that order. */
mpcf_status graph_finish(mpcf_graph *g, mpcf_error *err);

#endif
