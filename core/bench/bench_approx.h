/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All approximations of a slot side by side: `mpcf-host bench approx`.
 *
 * Each stands alone in one layer's shapes, on values spread over an interval: that which a run's
 * calibration saw, or its own. Errors are those of the formula, in floats, against the exact function;
 * seconds, bytes and delays those of the secure program's steps that are booked under the slot, run by
 * three roles in this process.
 */
#ifndef MPCF_BENCH_BENCH_APPROX_H
#define MPCF_BENCH_BENCH_APPROX_H

#include <stddef.h>

#include <jansson.h>
#include <mpcf/error.h>

#include "bench/approx_graph.h"
#include "pipeline/pipeline.h"

struct bench_approx_request {
    const char *slot;                /* NULL: all */
    const struct pipeline *pipeline; /* of the run whose ranges count; NULL: none */
    const char *plugin_folder;
    const char *shape; /* as of bench_shape(); NULL: the pipeline's network's, else BERT-base's */
    const struct approx_interval *inputs; /* in place of a run's ranges; NULL: none */
    size_t tokens, repeat;
};

/* *OUT (json_decref() it): {"tokens", "hidden", "heads", "intermediate", "slots": [{"slot", "exact",
 * "results": [{"name", "formula", "source", "low", "high", "max_error", "mean_error", "seconds", "bytes",
 * "offline_bytes", "dealer_bytes", "delays"}, or "name" and "failed"]}]}. "refused" is there where the
 * range of a run is not the line's, and why. */
mpcf_status bench_approx(const struct bench_approx_request *request, json_t **out, mpcf_error *err);

#endif
