/* SPDX-License-Identifier: Apache-2.0 */
/* Pearson's correlation of scores and labels. */
#include "metrics/pearson.h"

#include <math.h>
#include <stdbool.h>

/* One side's numbers about their mean: (2^-SHIFT x - MEAN) / SPREAD is at most 1. */
struct side {
    const double *x;
    int shift; /* all below 2^SHIFT, so that no sum leaves the range; exact, as no quotient is */
    double mean, spread;
    bool is_constant;
};

static double mean_about(const struct side *s, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += ldexp(s->x[i], -s->shift) - s->mean;
    }
    return sum / (double) count;
}

static double about_mean(const struct side *s, size_t i)
{
    return (ldexp(s->x[i], -s->shift) - s->mean) / s->spread;
}

static mpcf_status measure(const double *x, size_t count, struct side *s, mpcf_error *err)
{
    double peak = 0;

    *s = (struct side){.x = x, .spread = 1, .is_constant = true};
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i])) {
            return mpcf_fail(err, MPCF_E_INVALID, "pearson: score of example %zu is not a number",
                             i);
        }
        peak = fmax(peak, fabs(x[i]));
        s->is_constant = s->is_constant && x[i] == x[0];
    }
    (void) frexp(peak, &s->shift);
    s->mean = mean_about(s, count);
    s->mean += mean_about(s, count); /* what rounding left of it */
    peak = 0;
    for (size_t i = 0; i < count; i++) {
        peak = fmax(peak, fabs(about_mean(s, i)));
    }
    s->spread = s->is_constant || peak == 0.0 ? 1.0 : peak;
    return MPCF_OK;
}

static mpcf_status pearson(const double *labels, const double *predictions, size_t count,
                           double *value, mpcf_error *err)
{
    struct side a, b;
    double ab = 0, aa = 0, bb = 0;

    MPCF_TRY(measure(labels, count, &a, err));
    MPCF_TRY(measure(predictions, count, &b, err));
    for (size_t i = 0; i < count; i++) {
        const double x = about_mean(&a, i), y = about_mean(&b, i);

        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    /* By looking: rounding gives a constant side a mean beside it, and two of them correlate. */
    *value =
        a.is_constant || b.is_constant ? 0.0 : fmax(-1.0, fmin(1.0, ab / (sqrt(aa) * sqrt(bb))));
    return MPCF_OK;
}

const struct metric metric_pearson = {.name = "pearson",
                                      .summary = "Pearson's correlation of scores",
                                      .of_scores = true,
                                      .compute = pearson};
