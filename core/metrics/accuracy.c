/* SPDX-License-Identifier: Apache-2.0 */
/* Accuracy: the share of predictions that are the label. */
#include "metrics/accuracy.h"

static mpcf_status accuracy(const double *labels, const double *predictions, size_t count,
                            double *value, mpcf_error *err)
{
    size_t right = 0;

    (void) err;
    for (size_t i = 0; i < count; i++) {
        if (labels[i] == predictions[i]) {
            right++;
        }
    }
    *value = (double) right / (double) count;
    return MPCF_OK;
}

const struct metric metric_accuracy = {
    .name = "accuracy", .summary = "share of right answers", .compute = accuracy};
