/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How sure a metric is that was computed on few rows: the interval that holds 95 % of what other rows
 * of the same kind would give.
 */
#ifndef MPCF_METRICS_INTERVAL_H
#define MPCF_METRICS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

struct interval {
    double low, high;
};

/* Of the share RIGHT / COUNT, COUNT at least 1: the score interval (Wilson, JASA 1927, equation 4). */
struct interval interval_wilson(size_t right, size_t count);

/* Rows from which, and up to which, a bootstrap says something that is worth its time. */
enum { INTERVAL_ROWS_LEAST = 10, INTERVAL_ROWS_MOST = 20000, INTERVAL_RESAMPLES = 1000 };

/* Of METRIC (metrics.h) over COUNT rows: Wilson's for accuracy; for the others the percentile
 * bootstrap (Efron, Annals of Statistics 1979), rows drawn with replacement, always the same ones.
 * *HAS: whether there is one; with rows beyond the limits above there is none. */
mpcf_status interval_of(const char *metric, const double *labels, const double *predictions,
                        size_t count, struct interval *out, bool *has, mpcf_error *err);

#endif
