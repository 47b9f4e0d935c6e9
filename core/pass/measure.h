/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants get their values: statistics of nodes over rows of training data.
 */
#ifndef MPCF_PASS_MEASURE_H
#define MPCF_PASS_MEASURE_H

#include <stdbool.h>

#include "float_engine/float_batch.h"
#include "graph/graph.h"
#include "graph/parameters.h"

/* The rows: batches of at most BATCH examples of at most TOKENS tokens, the same ones at each pass. */
struct measure_rows {
    size_t batch, tokens;
    /* Batches from this number on are of texts that nobody wrote: the largest and the smallest value are
     * theirs, too, since no text may go beyond these; means, quantiles and histograms are without them. 0: none. */
    size_t made_up_from;
    /* Batch number I; batch->batch 0 behind the last. */
    mpcf_status (*get)(void *context, size_t i, struct float_batch *batch, mpcf_error *err);
    void *context;
};

/* Whether any of P has not been measured. */
bool measure_is_needed(const struct parameters *p);
/*
 * Measures what of P has no value yet. G is a network as a builder made it, before passes. In each pass over
 * the rows all are measured that depend on none still without a value, so that there are as many
 * passes as constants follow on each other; a pass computes what they depend on alone. *PASSES (may be
 * NULL) counts them.
 */
mpcf_status measure_constants(const mpcf_graph *g, struct parameters *p,
                              const struct measure_rows *rows, size_t *passes, mpcf_error *err);
/* *BYTES: of the values that measure_constants() keeps at most between its passes over TEXTS texts of TOKENS
 * tokens. */
mpcf_status measure_kept(const mpcf_graph *g, size_t texts, size_t tokens, double *bytes,
                         mpcf_error *err);
/* measure_constants() on the one batch B, and measure_publish(): for graphs that are made up. */
mpcf_status measure_on_batch(mpcf_graph *g, struct parameters *p, const struct float_batch *b,
                             mpcf_error *err);
/* Tells the nodes of G (before passes) what P has of public constants. */
void measure_publish(mpcf_graph *g, const struct parameters *p);

#endif
