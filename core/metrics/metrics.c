/* SPDX-License-Identifier: Apache-2.0 */
/* Which metrics there are, by name, and how a row of logits becomes a prediction. */
#include "metrics/metrics.h"

#include <string.h>

#include "base/text.h"
#include "metrics/accuracy.h"
#include "metrics/f1.h"
#include "metrics/matthews.h"
#include "metrics/pearson.h"
#include "metrics/spearman.h"

static const struct metric *const metrics[] = {&metric_accuracy, &metric_f1, &metric_matthews,
                                               &metric_pearson, &metric_spearman};
#define METRIC_COUNT (sizeof(metrics) / sizeof(metrics[0]))

const char *const metric_names[] = {"accuracy", "f1", "matthews", "pearson", "spearman", NULL};

const struct metric *metric_find(const char *name)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (strcmp(metrics[i]->name, name) == 0) {
            return metrics[i];
        }
    }
    return NULL;
}

mpcf_status metric_compute(const char *name, const double *labels, const double *predictions,
                           size_t count, double *value, mpcf_error *err)
{
    const struct metric *metric = metric_find(name);

    if (metric == NULL) {
        const char *nearest = text_nearest(name, metric_names, METRIC_COUNT);

        return mpcf_fail(err, MPCF_E_INVALID, "no metric '%s'%s%s", name,
                         nearest != NULL ? "; nearest: " : "", nearest != NULL ? nearest : "");
    }
    if (count == 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "%s of no examples", name);
    }
    return metric->compute(labels, predictions, count, value, err);
}

double metric_prediction(const float *logits, size_t classes)
{
    size_t best = 0;

    if (classes == 1) {
        return (double) logits[0];
    }
    for (size_t i = 1; i < classes; i++) {
        if (logits[i] > logits[best]) {
            best = i;
        }
    }
    return (double) best;
}
