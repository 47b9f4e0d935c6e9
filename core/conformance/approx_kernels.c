/* SPDX-License-Identifier: Apache-2.0 */
/* Float kernels beside their graph, and the columns that a mask leaves out. */
#include "conformance/approx_kernels.h"

#include <math.h>

#include "base/random.h"

/* Above what rounding does where values cancel; plugin check asks for more. */
#define RUN_ERROR 0.01

static double largest_difference(const float *a, const float *b)
{
    double worst = 0;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (isfinite(a[i]) && isfinite(b[i])) {
            worst = fmax(worst, fabs((double) a[i] - (double) b[i]) / (1 + fabs((double) a[i])));
        } else if (isfinite(a[i]) != isfinite(b[i])) {
            worst = (double) INFINITY;
        }
    }
    return worst;
}

mpcf_status approx_kernels_compare(const mpcf_approx *approx, const void *config,
                                   struct approx_bench *bench, struct kernel_errors *errors,
                                   mpcf_error *err)
{
    struct approx_bench fused;
    float y[2][BENCH_COUNT], dx[2][BENCH_COUNT] = {{0}}, dy[BENCH_COUNT];
    uint64_t state = 3;
    mpcf_status status;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        dy[i] = (float) random_normal(&state);
    }
    status = approx_bench_create_at(approx, config, &bench->at, true, &fused, err);
    if (status == MPCF_OK) {
        status = approx_bench_run(&fused, y[0], dy, dx[0], err);
    }
    if (status == MPCF_OK) {
        status = approx_bench_run(bench, y[1], dy, dx[1], err);
    }
    approx_bench_clear(&fused);
    if (status == MPCF_OK) {
        errors->value = largest_difference(y[1], y[0]);
        errors->gradient = largest_difference(dx[1], dx[0]);
    }
    return status;
}

double approx_worst_masked(const struct approx_bench *bench, const float *y)
{
    double worst = 0;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (approx_bench_is_padding(bench, true, i)) {
            worst = fmax(worst, fabs((double) y[i]));
        }
    }
    return worst;
}

static mpcf_status trusted(const mpcf_approx *approx, const void *config, const char *file,
                           struct approx_bench *bench, mpcf_error *err)
{
    struct kernel_errors errors = {0, 0};
    float y[BENCH_COUNT];

    if (approx->forward != NULL &&
        approx_kernels_compare(approx, config, bench, &errors, NULL) == MPCF_OK &&
        (errors.value > RUN_ERROR || errors.gradient > RUN_ERROR)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "approximation '%s' of '%s': its float kernels do not compute its graph: "
                         "off by %.3g forward, by %.3g backward; see 'mpcf-host plugin check %s'",
                         approx->name, file, errors.value, errors.gradient, file);
    }
    if (approx->slot == MPCF_SLOT_NORMALISER &&
        approx_bench_run(bench, y, NULL, NULL, NULL) == MPCF_OK &&
        approx_worst_masked(bench, y) > 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "approximation '%s' of '%s': a masked column is %.3g, not 0 (mpcf_mask() "
                         "behind the last operation); see 'mpcf-host plugin check %s'",
                         approx->name, file, approx_worst_masked(bench, y), file);
    }
    return MPCF_OK;
}

mpcf_status approx_trusted(const mpcf_approx *approx, const void *config, size_t layer,
                           const char *file, mpcf_error *err)
{
    const struct bench_place at = {.layer = layer};
    struct approx_bench bench;
    mpcf_status status = MPCF_OK;

    if (approx_bench_create_at(approx, config, &at, false, &bench, NULL) == MPCF_OK) {
        status = trusted(approx, config, file, &bench, err);
    }
    approx_bench_clear(&bench);
    return status;
}
