/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows that constants are measured on.
 */
#ifndef MPCF_PASS_MEASURE_SOURCE_H
#define MPCF_PASS_MEASURE_SOURCE_H

#include <stddef.h>

#include "float_engine/float_batch.h"

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

#endif
