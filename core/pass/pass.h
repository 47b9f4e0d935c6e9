/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewrites of a graph: each gives a new graph that computes the same function. Each file
 * holds a before and after picture.
 */
#ifndef MPCF_PASS_PASS_H
#define MPCF_PASS_PASS_H

#include "graph/graph.h"

/* All of them, in order: only rows that are read, drop dropout, unfuse float kernels, open layer norms, fuse Q, K, V,
 * fold constants into weights, move the row scaling behind the product with V. The result is
 * what is calibrated and lowered. */
mpcf_status pass_all(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err);

#endif
