/* SPDX-License-Identifier: Apache-2.0 */
/* Pearson's correlation of scores and labels. */
#include "metrics/pearson.h"

#include <math.h>

static double mean(const double *x, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    return sum / (double) count;
}

static mpcf_status pearson(const double *labels, const double *predictions, size_t count,
                           double *value, mpcf_error *err)
{
    double a = mean(labels, count), b = mean(predictions, count);
    double ab = 0, aa = 0, bb = 0, scale = 0;

    for (size_t i = 0; i < count; i++) {
        double x = labels[i] - a, y = predictions[i] - b;

        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    scale = sqrt(aa) * sqrt(bb);
    if (!isfinite(ab) || !isfinite(scale)) {
        return mpcf_fail(err, MPCF_E_INVALID, "pearson: a score is not a number");
    }
    *value = scale > 0.0 ? fmax(-1.0, fmin(1.0, ab / scale)) : 0.0;
    return MPCF_OK;
}

const struct metric metric_pearson = {.name = "pearson",
                                      .summary = "Pearson's correlation of scores",
                                      .of_scores = true,
                                      .compute = pearson};
