/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approximations: the float engine's answers against the laws of the slot, against differences,
 * against the fused kernels, and from four threads at once.
 */
#include "conformance/approx_check.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/random.h"
#include "conformance/approx_bench.h"
#include "conformance/approx_secure.h"

static bool same_shape(mpcf_shape a, mpcf_shape b)
{
    return a.rank == b.rank && memcmp(a.dim, b.dim, (size_t) a.rank * sizeof a.dim[0]) == 0;
}

static bool check_builds(struct conform *c, const mpcf_approx *approx, const void *config,
                         struct approx_bench *bench)
{
    mpcf_status status;
    mpcf_shape in, out;

    if (!conform_begin(c, "build() makes a graph")) {
        return false;
    }
    status = approx_bench_create(approx, config, false, bench, c->err);
    if (!conform_result(c, status == MPCF_OK, "build() makes a graph", "it failed")) {
        return false;
    }
    in = mpcf_node_shape(bench->in);
    out = mpcf_node_shape(bench->out);
    return conform_result(c, same_shape(in, out), "its result has its input's shape",
                          "rank %d instead of %d, or other dimensions", out.rank, in.rank);
}

static bool check_finite(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                         float *y)
{
    mpcf_status status;
    size_t bad = 0;

    if (!conform_begin(c, "it runs in floats")) {
        return false;
    }
    status = approx_bench_run(bench, y, NULL, NULL, c->err);
    if (!conform_result(c, status == MPCF_OK, "it runs in floats", "it failed")) {
        return false;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        bad += isfinite(y[i]) ? 0 : 1;
    }
    return conform_result(c, bad == 0, "its values are finite over its range",
                          "%zu of %d over [%g, %g] are not", bad, (int) BENCH_COUNT,
                          approx->input_low, approx->input_high);
}

/* Rows of a normaliser: weights, none on padding. */
static void check_weights(struct conform *c, uint32_t flags, const struct approx_bench *bench,
                          const float *y)
{
    double worst_sum = 0, worst_masked = 0;

    for (size_t row = 0; row < BENCH_COUNT / BENCH_TOKENS; row++) {
        double sum = 0;

        for (size_t i = row * BENCH_TOKENS; i < (row + 1) * BENCH_TOKENS; i++) {
            sum += (double) y[i];
            if (approx_bench_is_padding(bench, true, i)) {
                worst_masked = fmax(worst_masked, fabs((double) y[i]));
            }
        }
        worst_sum = fmax(worst_sum, fabs(sum - 1));
    }
    (void) conform_result(c, worst_masked == 0, "masked columns are zero", "one is %g",
                          worst_masked);
    if ((flags & MPCF_APPROX_ANY_ROW_SUM) != 0) {
        conform_skip(c, "rows sum to 1", "it says that they need not");
        return;
    }
    (void) conform_result(c, worst_sum < 1e-3, "rows sum to 1", "one sums to 1 with %g missing",
                          worst_sum);
}

/* --- Gradients --- */

static mpcf_status weighted_sum(struct approx_bench *bench, const float *dy, double *sum,
                                mpcf_error *err)
{
    float y[BENCH_COUNT];

    MPCF_TRY(approx_bench_run(bench, y, NULL, NULL, err));
    *sum = 0;
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        *sum += (double) y[i] * (double) dy[i];
    }
    return MPCF_OK;
}

/* No gradient flows through a row's maximum: an exp whose slope is some percent off gives that. */
#define GRADIENT_ERROR 0.05

/* Difference quotients at element I on both sides; where they disagree there is a kink. */
static mpcf_status quotients(struct approx_bench *bench, const float *dy, size_t i, double step,
                             double slope[2], mpcf_error *err)
{
    const float kept = bench->x->value[i];
    double below = 0, here = 0, above = 0;
    mpcf_status status = weighted_sum(bench, dy, &here, err);

    bench->x->value[i] = (float) ((double) kept - step);
    if (status == MPCF_OK) {
        status = weighted_sum(bench, dy, &below, err);
    }
    bench->x->value[i] = (float) ((double) kept + step);
    if (status == MPCF_OK) {
        status = weighted_sum(bench, dy, &above, err);
    }
    bench->x->value[i] = kept;
    slope[0] = (here - below) / step;
    slope[1] = (above - here) / step;
    return status;
}

static void check_gradients(struct conform *c, const mpcf_approx *approx,
                            struct approx_bench *bench)
{
    const double step = (approx->input_high - approx->input_low) / 2000;
    float y[BENCH_COUNT], dy[BENCH_COUNT], dx[BENCH_COUNT];
    uint64_t state = 2;
    double worst = 0, largest = 1e-6;
    size_t kinks = 0;
    mpcf_status status;

    if (!conform_begin(c, "its gradient is that of differences")) {
        return;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        dy[i] = (float) random_normal(&state);
    }
    status = approx_bench_run(bench, y, dy, dx, c->err);
    for (size_t i = 0; status == MPCF_OK && i < bench->x->count; i++) {
        largest = fmax(largest, fabs((double) dx[i]));
    }
    for (size_t i = 0; status == MPCF_OK && i < bench->x->count; i += 3) {
        double slope[2];

        status = quotients(bench, dy, i, step, slope, c->err);
        if (fabs(slope[0] - slope[1]) > 0.05 * largest) {
            kinks++;
        } else {
            worst = fmax(worst, fabs((slope[0] + slope[1]) / 2 - (double) dx[i]) / largest);
        }
    }
    (void) conform_result(
        c, status == MPCF_OK && worst < GRADIENT_ERROR && kinks < bench->x->count / 6,
        "its gradient is that of differences",
        "largest error %.3g of the largest gradient; %zu kinks", worst, kinks);
}

static double largest_difference(const float *a, const float *b)
{
    double worst = 0;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        worst = fmax(worst, fabs((double) a[i] - (double) b[i]) / (1 + fabs((double) a[i])));
    }
    return worst;
}

static void check_fused(struct conform *c, const mpcf_approx *approx, const void *config,
                        struct approx_bench *bench)
{
    static const char name[] = "its float kernels agree with its graph";
    struct approx_bench fused;
    float y[2][BENCH_COUNT], dx[2][BENCH_COUNT], dy[BENCH_COUNT];
    uint64_t state = 3;
    mpcf_status status;

    if (!conform_begin(c, name)) {
        return;
    }
    if (approx->forward == NULL) {
        conform_skip(c, name, "it has none");
        return;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        dy[i] = (float) random_normal(&state);
    }
    status = approx_bench_create(approx, config, true, &fused, c->err);
    if (status == MPCF_OK) {
        status = approx_bench_run(&fused, y[0], dy, dx[0], c->err);
    }
    if (status == MPCF_OK) {
        status = approx_bench_run(bench, y[1], dy, dx[1], c->err);
    }
    (void) conform_result(c,
                          status == MPCF_OK && largest_difference(y[1], y[0]) < 1e-4 &&
                              largest_difference(dx[1], dx[0]) < 1e-3,
                          name, "values or gradients differ");
    approx_bench_clear(&fused);
}

/* --- Threads --- */

struct worker {
    pthread_t thread;
    const mpcf_approx *approx;
    const void *config;
    float y[BENCH_COUNT];
    bool begun;
    mpcf_status status;
};

static void *run_worker(void *object)
{
    struct worker *w = object;
    struct approx_bench bench;

    w->status = approx_bench_create(w->approx, w->config, true, &bench, NULL);
    if (w->status == MPCF_OK) {
        w->status = approx_bench_run(&bench, w->y, NULL, NULL, NULL);
    }
    approx_bench_clear(&bench);
    return NULL;
}

static void check_threads(struct conform *c, const mpcf_approx *approx, const void *config)
{
    struct worker workers[4];
    bool same = true;

    if (!conform_begin(c, "four threads get the same bits")) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        workers[i] = (struct worker){.approx = approx, .config = config, .status = MPCF_E_INTERNAL};
        workers[i].begun = pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0;
    }
    for (size_t i = 0; i < 4; i++) {
        if (workers[i].begun) {
            (void) pthread_join(workers[i].thread, NULL);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        same = same && workers[i].status == MPCF_OK &&
               /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): the same bits */
               memcmp(workers[i].y, workers[0].y, sizeof workers[0].y) == 0;
    }
    (void) conform_result(c, same, "four threads get the same bits", "they do not");
}

void approx_check(struct conform *c, const mpcf_approx *approx)
{
    struct option_memory *owned = NULL;
    struct approx_bench bench = {0};
    float y[BENCH_COUNT];
    void *config = NULL;

    if (conform_defaults(c, COMPONENT_APPROX, approx, &config, &owned) &&
        check_builds(c, approx, config, &bench) && check_finite(c, approx, &bench, y)) {
        if (approx->slot == MPCF_SLOT_NORMALISER) {
            check_weights(c, approx->flags, &bench, y);
        }
        check_gradients(c, approx, &bench);
        check_fused(c, approx, config, &bench);
        check_threads(c, approx, config);
        approx_check_secure(c, approx, &bench, y);
    }
    approx_bench_clear(&bench);
    conform_release(config, owned);
}
