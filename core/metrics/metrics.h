/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good predictions are, by the names that tasks give (GLUE's).
 */
#ifndef MPCF_METRICS_METRICS_H
#define MPCF_METRICS_METRICS_H

#include <stddef.h>

#include <mpcf/error.h>

#include "metrics/metric.h"

/* All names, ending with NULL, in a fixed order. */
extern const char *const metric_names[];
/* NULL: unknown. */
const struct metric *metric_find(const char *name);
/* Unknown name: MPCF_E_INVALID with the nearest; so are no numbers at all. */
mpcf_status metric_compute(const char *name, const double *labels, const double *predictions,
                           size_t count, double *value, mpcf_error *err);
/* What a row of logits says: the first largest of CLASSES, or the score where there is one. */
double metric_prediction(const float *logits, size_t classes);

#endif
