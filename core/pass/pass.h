/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewrites of a graph: each gives a new graph that computes the same function. Each file
 * holds a before and after picture.
 */
#ifndef MPCF_PASS_PASS_H
#define MPCF_PASS_PASS_H

#include "float_engine/float_engine.h"
#include "graph/graph.h"
#include "lower/lower.h"

/* All of them, in order: only rows that are read, drop dropout, unfuse float kernels, open layer norms, fuse Q, K, V,
 * fold constants into weights, move the row scaling behind the product with V. The result is
 * what is calibrated and lowered. */
mpcf_status pass_all(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err);

/* Only what the outputs need: no taps, and one token's row where the network goes on with one.
 * Trains and runs as G does (dropout draws other numbers). pass_all() begins with it. */
mpcf_status pass_token_rows(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err);

/* Ranges of every node of G (a graph after pass_all) over batches that NEXT gives: it fills
 * *BATCH and returns MPCF_OK, with batch->batch == 0 at the end. Values of padded rows and
 * columns do not count. MPCF_E_RANGE: a value that is not finite, by node name. */
typedef mpcf_status calibrate_next(void *context, struct float_batch *batch, mpcf_error *err);
mpcf_status calibrate(const mpcf_graph *g, struct parameters *p, size_t batch, size_t tokens,
                      calibrate_next *next, void *context, struct ranges **out, mpcf_error *err);
void ranges_destroy(struct ranges *r);
/* ranges.json of student/public. */
mpcf_status ranges_write(const struct ranges *r, const char *path, mpcf_error *err);
mpcf_status ranges_read(const char *path, struct ranges **out, mpcf_error *err);

#endif
