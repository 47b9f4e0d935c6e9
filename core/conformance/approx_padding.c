/* SPDX-License-Identifier: Apache-2.0 */
/* The same rows twice: as drawn, and with other numbers in padded columns. */
#include "conformance/approx_padding.h"

#include <math.h>

#include "base/random.h"

struct results {
    float y[BENCH_COUNT], dx[BENCH_COUNT];
    bool is_kept_y[BENCH_COUNT], is_kept_x[BENCH_COUNT]; /* x is the table, laid out otherwise */
};

static mpcf_status run(struct approx_bench *bench, struct results *r, mpcf_error *err)
{
    float dy[BENCH_COUNT];
    uint64_t state = 4;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        r->is_kept_y[i] = !approx_bench_is_padding(bench, true, i);
        r->is_kept_x[i] = !approx_bench_is_padded_score(bench, i);
        dy[i] = (float) random_normal(&state);
        if (bench->at.other_padding && !r->is_kept_y[i]) {
            dy[i] = 3 - 2 * dy[i];
        }
    }
    return approx_bench_run(bench, r->y, dy, r->dx, err);
}

static mpcf_status build_and_run(const mpcf_approx *approx, const void *config,
                                 const struct bench_place *at, bool fuse, struct results *r,
                                 mpcf_error *err)
{
    struct approx_bench bench;
    mpcf_status status = approx_bench_create_at(approx, config, at, fuse, &bench, err);

    if (status == MPCF_OK) {
        status = run(&bench, r, err);
    }
    approx_bench_clear(&bench);
    return status;
}

/* What is not finite either way is another test's. */
static double largest_change(const float *a, const float *b, const bool *is_kept)
{
    double worst = 0;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (!is_kept[i] || (!isfinite(a[i]) && !isfinite(b[i]))) {
            continue;
        }
        worst = isfinite(a[i]) && isfinite(b[i])
                    ? fmax(worst, fabs((double) a[i] - (double) b[i]) / (1 + fabs((double) a[i])))
                    : (double) INFINITY;
    }
    return worst;
}

mpcf_status approx_padding_reaches(const mpcf_approx *approx, const void *config,
                                   const struct bench_place *at, bool fuse, double *worst,
                                   mpcf_error *err)
{
    struct bench_place other = *at;
    struct results as_drawn, changed;

    other.other_padding = true;
    MPCF_TRY(build_and_run(approx, config, at, fuse, &as_drawn, err));
    MPCF_TRY(build_and_run(approx, config, &other, fuse, &changed, err));
    *worst = fmax(largest_change(as_drawn.y, changed.y, as_drawn.is_kept_y),
                  largest_change(as_drawn.dx, changed.dx, as_drawn.is_kept_x));
    return MPCF_OK;
}

const char *approx_padding_hint(bool fuse)
{
    return fuse ? " in its float kernels (they leave out columns whose mark in keep is 0)"
                : " (mpcf_mask() in front of what sums over a row, not behind it alone)";
}
