/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast each training stage is on a pipeline's own model and data.
 */
#ifndef MPCF_BENCH_BENCH_TRAIN_H
#define MPCF_BENCH_BENCH_TRAIN_H

#include "pipeline/pipeline.h"

enum { BENCH_TRAIN_STAGES = 3 };
struct bench_train_line {
    const char *stage; /* "finetune", "distill.layers", "distill.prediction" */
    double examples_per_second, tokens_per_second;
    uint64_t steps, examples;
    double seconds;
};

struct bench_train_request {
    const struct pipeline *pipeline; /* its stages' settings; those it lacks have their defaults */
    double seconds;                  /* of each stage, after a warm-up of some steps */
    size_t rows;                     /* training rows read; 0: all */
    const char *json;                /* file for the result; NULL: none */
};
mpcf_status bench_train(const struct bench_train_request *request,
                        struct bench_train_line lines[BENCH_TRAIN_STAGES], mpcf_error *err);

#endif
