/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An approximation alone in a graph: its input is a table of numbers, looked up row by row, so
 * that every engine can run it and the gradient of the table is the gradient of the input.
 */
#ifndef MPCF_CONFORMANCE_APPROX_BENCH_H
#define MPCF_CONFORMANCE_APPROX_BENCH_H

#include "conformance/approx_overwrite.h"
#include "float_engine/float_batch.h"
#include "graph/graph.h"
#include "graph/parameters.h"

enum { BENCH_BATCH = 2, BENCH_TOKENS = 8, BENCH_HEADS = 2, BENCH_WIDTH = 16 };
/* Elements of the result, [2, 2, 8, 8] for a normaliser, else [2, 8, 16]. */
enum { BENCH_COUNT = BENCH_BATCH * BENCH_TOKENS * BENCH_WIDTH };

/* Of layer norms, which config.json says in a network. */
#define BENCH_EPSILON 1e-5

/* Where the formula stands in the made-up network. */
struct bench_place {
    size_t layer;
    bool by_heads;      /* NORMALISER: an entry for each head, so that build() gets one at a time */
    bool other_padding; /* NORMALISER: other numbers in padded columns */
};

struct approx_bench {
    mpcf_graph *graph;
    struct parameters *parameters; /* "x" and the approximation's own */
    struct parameter *x;           /* [16, 16]: a row for each token of the batch */
    mpcf_node *in, *out;           /* x as the approximation sees it, and its result */
    int32_t ids[BENCH_BATCH * BENCH_TOKENS], types[BENCH_BATCH * BENCH_TOKENS];
    int32_t mask[BENCH_BATCH * BENCH_TOKENS]; /* the second example ends early */
    struct float_batch batch;
    struct bench_place at;
    struct overwriting overwriting;
};

/* FUSE: with its float kernels, where it has some, over NaN. Inputs are spread over its range. The graph
 * may point into BENCH, which stays where it is. */
mpcf_status approx_bench_create(const mpcf_approx *approx, const void *config, bool fuse,
                                struct approx_bench *bench, mpcf_error *err);
/* The same at AT, which approx_bench_create() has as 0. */
mpcf_status approx_bench_create_at(const mpcf_approx *approx, const void *config,
                                   const struct bench_place *at, bool fuse,
                                   struct approx_bench *bench, mpcf_error *err);
void approx_bench_clear(struct approx_bench *bench);
/* One forward run into Y[BENCH_COUNT]; with DY also backward into DX (of the table). */
mpcf_status approx_bench_run(struct approx_bench *bench, float *y, const float *dy, float *dx,
                             mpcf_error *err);
/* Whether element I of the result lies in a padded column or row. */
bool approx_bench_is_padding(const struct approx_bench *bench, bool rows_of_scores, size_t i);
/* Whether element I of a normaliser's table x lies in a padded column. */
bool approx_bench_is_padded_score(const struct approx_bench *bench, size_t i);

#endif
