/* SPDX-License-Identifier: Apache-2.0 */
/* Float kernels beside their graph, and the columns that a mask leaves out. */
#include "conformance/approx_kernels.h"

#include <math.h>

#include "base/random.h"
#include "conformance/approx_padding.h"

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

const char *approx_kernels_hint(const struct kernel_errors *errors)
{
    return isinf(errors->value) || isinf(errors->gradient)
               ? " (NaN stands in y and dx before each call: all elements must be written, none "
                 "added to)"
               : "";
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

/* What a made-up input cannot say is no fault of the run: memory alone is handed on. */
static mpcf_status only_memory(mpcf_status status, mpcf_error *err)
{
    if (status == MPCF_E_NOMEM) {
        return status;
    }
    mpcf_error_reset(err);
    return MPCF_OK;
}

static mpcf_status kernels_trusted(const mpcf_approx *approx, const void *config, const char *file,
                                   struct approx_bench *bench, mpcf_error *err)
{
    struct kernel_errors errors = {0, 0};

    MPCF_TRY(only_memory(approx_kernels_compare(approx, config, bench, &errors, err), err));
    if (errors.value <= RUN_ERROR && errors.gradient <= RUN_ERROR) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "approximation '%s' of '%s': its float kernels do not compute its graph: off "
                     "by %.3g forward, by %.3g backward%s; see 'mpcf-host plugin check %s'",
                     approx->name, file, errors.value, errors.gradient,
                     approx_kernels_hint(&errors), file);
}

static mpcf_status mask_trusted(const mpcf_approx *approx, const char *file,
                                struct approx_bench *bench, mpcf_error *err)
{
    float y[BENCH_COUNT] = {0};
    double worst;

    MPCF_TRY(only_memory(approx_bench_run(bench, y, NULL, NULL, err), err));
    worst = approx_worst_masked(bench, y);
    if (worst <= 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "approximation '%s' of '%s': a masked column is %.3g, not 0 (mpcf_mask() "
                     "behind the last operation); see 'mpcf-host plugin check %s'",
                     approx->name, file, worst, file);
}

static mpcf_status padding_trusted(const mpcf_approx *approx, const void *config, const char *file,
                                   const struct bench_place *at, bool fuse, mpcf_error *err)
{
    double worst = 0;

    MPCF_TRY(only_memory(approx_padding_reaches(approx, config, at, fuse, &worst, err), err));
    if (worst < PADDING_ERROR) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "approximation '%s' of '%s': what stands in padded columns changes kept ones "
                     "by %.3g%s; see 'mpcf-host plugin check %s'",
                     approx->name, file, worst, approx_padding_hint(fuse), file);
}

static mpcf_status normaliser_trusted(const mpcf_approx *approx, const void *config,
                                      const char *file, struct approx_bench *bench, mpcf_error *err)
{
    MPCF_TRY(mask_trusted(approx, file, bench, err));
    MPCF_TRY(padding_trusted(approx, config, file, &bench->at, false, err));
    return approx->forward == NULL ? MPCF_OK
                                   : padding_trusted(approx, config, file, &bench->at, true, err);
}

mpcf_status approx_trusted(const mpcf_approx *approx, const void *config, size_t layer,
                           const char *file, mpcf_error *err)
{
    const struct bench_place at = {.layer = layer};
    struct approx_bench bench;
    mpcf_status status = approx_bench_create_at(approx, config, &at, false, &bench, err);
    const bool is_built = status == MPCF_OK;

    status = only_memory(status, err);
    if (is_built && approx->forward != NULL) {
        status = kernels_trusted(approx, config, file, &bench, err);
    }
    if (is_built && status == MPCF_OK && approx->slot == MPCF_SLOT_NORMALISER) {
        status = normaliser_trusted(approx, config, file, &bench, err);
    }
    approx_bench_clear(&bench);
    return status;
}
