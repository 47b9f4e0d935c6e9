/* SPDX-License-Identifier: Apache-2.0 */
/* Matthews' correlation for any number of classes; 0 where one side is constant. */
#include "metrics/matthews.h"

#include <math.h>
#include <stdint.h>

#include "base/memory.h"

#define CLASS_LIMIT 65536

struct counts {
    uint64_t label, prediction;
};

static mpcf_status count_classes(const double *labels, const double *predictions, size_t count,
                                 struct counts *counts, mpcf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        double pair[2] = {labels[i], predictions[i]};

        for (size_t k = 0; k < 2; k++) {
            if (!(pair[k] >= 0.0 && pair[k] < CLASS_LIMIT) || pair[k] != floor(pair[k])) {
                return mpcf_fail(err, MPCF_E_INVALID, "matthews: %g of example %zu is no class",
                                 pair[k], i);
            }
        }
        counts[(size_t) pair[0]].label++;
        counts[(size_t) pair[1]].prediction++;
    }
    return MPCF_OK;
}

static mpcf_status matthews(const double *labels, const double *predictions, size_t count,
                            double *value, mpcf_error *err)
{
    struct counts *counts = mpcf_alloc_array(CLASS_LIMIT, sizeof(*counts));
    mpcf_status status = MPCF_OK;
    double n = (double) count, right = 0, cross = 0, label = 0, prediction = 0, scale = 0;

    if (counts == NULL) {
        return mpcf_fail_memory(err, CLASS_LIMIT * sizeof(*counts), "class counts");
    }
    status = count_classes(labels, predictions, count, counts, err);
    for (size_t k = 0; k < CLASS_LIMIT && status == MPCF_OK; k++) {
        double t = (double) counts[k].label, p = (double) counts[k].prediction;

        cross += t * p;
        label += t * t;
        prediction += p * p;
    }
    mpcf_free(counts);
    MPCF_TRY(status);
    for (size_t i = 0; i < count; i++) {
        right += labels[i] == predictions[i] ? 1.0 : 0.0;
    }
    scale = (n * n - label) * (n * n - prediction);
    *value = scale > 0.0 ? (right * n - cross) / sqrt(scale) : 0.0;
    return MPCF_OK;
}

const struct metric metric_matthews = {
    .name = "matthews", .summary = "Matthews' correlation", .compute = matthews};
