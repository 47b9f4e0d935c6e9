/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a metric is: a name and a function of labels and predictions.
 */
#ifndef MPCF_METRICS_METRIC_H
#define MPCF_METRICS_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

/* Numbers are classes (whole, from 0) or scores. COUNT is at least 1; MPCF_E_INVALID:
 * a number that the metric does not take. */
typedef mpcf_status metric_function(const double *labels, const double *predictions, size_t count,
                                    double *value, mpcf_error *err);

struct metric {
    const char *name;
    const char *summary;
    bool of_scores; /* regression */
    metric_function *compute;
};

#endif
