/* SPDX-License-Identifier: Apache-2.0 */
/*
 * F1 of class 1 of two: twice the true positives over labels and predictions of 1; 0 without any.
 */
#include "metrics/f1.h"

static bool is_binary(double x)
{
    return x == 0.0 || x == 1.0;
}

static mpcf_status f1(const double *labels, const double *predictions, size_t count, double *value,
                      mpcf_error *err)
{
    size_t both = 0, either = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_binary(labels[i]) || !is_binary(predictions[i])) {
            return mpcf_fail(err, MPCF_E_INVALID,
                             "f1: class %g or %g of example %zu, expected 0 or 1", labels[i],
                             predictions[i], i);
        }
        both += labels[i] == 1.0 && predictions[i] == 1.0;
        either += (size_t) labels[i] + (size_t) predictions[i];
    }
    *value = either == 0 ? 0.0 : 2.0 * (double) both / (double) either;
    return MPCF_OK;
}

const struct metric metric_f1 = {.name = "f1", .summary = "F1 of class 1 of two", .compute = f1};
