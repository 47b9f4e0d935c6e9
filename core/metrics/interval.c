/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals of metrics: Wilson's for a share, the bootstrap for all others. */
#include "metrics/interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "metrics/metrics.h"

#define NORMAL_975 1.959963984540054 /* of the standard normal distribution */

struct interval interval_wilson(size_t right, size_t count)
{
    const double n = (double) count, z2 = NORMAL_975 * NORMAL_975;
    const double share = (double) right / n;
    const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    const double half =
        NORMAL_975 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n));

    return (struct interval){fmax(0, middle - half), fmin(1, middle + half)};
}

static struct interval of_share(const double *labels, const double *predictions, size_t count)
{
    size_t right = 0;

    for (size_t i = 0; i < count; i++) {
        right += labels[i] == predictions[i];
    }
    return interval_wilson(right, count);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Value at SHARE of the way through COUNT sorted ones, between neighbours in proportion. */
static double quantile(const double *sorted, size_t count, double share)
{
    const double at = share * (double) (count - 1);
    const size_t below = (size_t) at;
    const size_t above = below + 1 < count ? below + 1 : below;

    return sorted[below] + (at - (double) below) * (sorted[above] - sorted[below]);
}

/* ROWS has room for the labels and predictions of one resample. */
static mpcf_status resample(const char *metric, const double *labels, const double *predictions,
                            size_t count, double *rows, double *values, mpcf_error *err)
{
    uint64_t state = 1;

    for (size_t i = 0; i < INTERVAL_RESAMPLES; i++) {
        for (size_t k = 0; k < count; k++) {
            const size_t row = (size_t) (random_next(&state) % count);

            rows[k] = labels[row];
            rows[count + k] = predictions[row];
        }
        MPCF_TRY(metric_compute(metric, rows, rows + count, count, &values[i], err));
    }
    return MPCF_OK;
}

static mpcf_status bootstrap(const char *metric, const double *labels, const double *predictions,
                             size_t count, struct interval *out, mpcf_error *err)
{
    double *rows = mpcf_alloc_array(2 * count, sizeof *rows);
    double *values = mpcf_alloc_array(INTERVAL_RESAMPLES, sizeof *values);
    mpcf_status status =
        rows != NULL && values != NULL
            ? resample(metric, labels, predictions, count, rows, values, err)
            : mpcf_fail_memory(err, (2 * count + INTERVAL_RESAMPLES) * sizeof *rows, "an interval");

    if (status == MPCF_OK) {
        qsort(values, INTERVAL_RESAMPLES, sizeof *values, compare);
        *out = (struct interval){quantile(values, INTERVAL_RESAMPLES, 0.025),
                                 quantile(values, INTERVAL_RESAMPLES, 0.975)};
    }
    mpcf_free(rows);
    mpcf_free(values);
    return status;
}

mpcf_status interval_of(const char *metric, const double *labels, const double *predictions,
                        size_t count, struct interval *out, bool *has, mpcf_error *err)
{
    *has = false;
    if (strcmp(metric, "accuracy") == 0 && count > 0) {
        *out = of_share(labels, predictions, count);
        *has = true;
        return MPCF_OK;
    }
    if (count < INTERVAL_ROWS_LEAST || count > INTERVAL_ROWS_MOST) {
        return MPCF_OK;
    }
    MPCF_TRY(bootstrap(metric, labels, predictions, count, out, err));
    *has = isfinite(out->low) && isfinite(out->high);
    return MPCF_OK;
}
