/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `mpcf-host bench secure` is asked to measure.
 */
#ifndef MPCF_BENCH_BENCH_SECURE_REQUEST_H
#define MPCF_BENCH_BENCH_SECURE_REQUEST_H

#include <stddef.h>

/* What the ranges are of that a run's widths, rounds and bytes follow from. */
enum bench_ranges {
    BENCH_RANGES_RANDOM, /* random weights, as a network begins */
    BENCH_RANGES_TRAINED /* trained_weights.h */
};

struct bench_secure_request {
    const char *model; /* a name of bench_shape.h (random weights), or a checkpoint's folder */
    size_t tokens, batch;
    const char *activation, *normaliser; /* approximations by name */
    const char *layer_norm;  /* the same; NULL or "": layer norms are left as they are */
    const char *transport;   /* by name; "loopback" */
    const char *plan;        /* the planner's network by name; NULL: as the file's default */
    const char *const *sets; /* "KEY=VALUE", as pipeline_request has them */
    size_t set_count;
    size_t repeat;             /* runs; figures are medians */
    enum bench_ranges ranges;  /* of a shape by name; a checkpoint has its own */
    const char *length;        /* stages.infer.length; NULL: exact for one text, full for more */
    const char *plugin_folder; /* --plugin-dir or NULL */
};

#endif
