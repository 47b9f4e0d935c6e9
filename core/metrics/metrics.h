/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good predictions are, by the names that tasks give (GLUE's).
 */
#ifndef MPCF_METRICS_METRICS_H
#define MPCF_METRICS_METRICS_H

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

/* Share of equal classes. */
extern const struct metric metric_accuracy;
/* Harmonic mean of precision and recall of class 1; of two classes; 0 where there is none. */
extern const struct metric metric_f1;
/* Matthews' correlation, any number of classes (Gorodkin 2004); 0 where one side is constant. */
extern const struct metric metric_matthews;
/* Correlation of scores; 0 where one side is constant. */
extern const struct metric metric_pearson;
/* Pearson's of the ranks, ties having their mean rank. */
extern const struct metric metric_spearman;

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
