/* SPDX-License-Identifier: Apache-2.0 */
/* Spearman's correlation: Pearson's of the ranks, ties at their mean. */
#include "metrics/spearman.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/pearson.h"

struct placed {
    double value;
    size_t at;
};

static int compare(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

/* RANKS[i] is the rank of X[i], from 1; equal ones share the mean of their places. */
static void rank(const double *x, size_t count, struct placed *order, double *ranks)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = (struct placed){.value = x[i], .at = i};
    }
    qsort(order, count, sizeof(*order), compare);
    for (size_t first = 0, end = 0; first < count; first = end) {
        end = first + 1;
        while (end < count && compare(&order[first], &order[end]) == 0) {
            end++;
        }
        for (size_t i = first; i < end; i++) {
            ranks[order[i].at] = (double) (first + end + 1) / 2.0;
        }
    }
}

static mpcf_status spearman(const double *labels, const double *predictions, size_t count,
                            double *value, mpcf_error *err)
{
    struct placed *order = NULL;
    double *ranks = NULL;
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; i < count; i++) {
        if (!isfinite(labels[i]) || !isfinite(predictions[i])) {
            return mpcf_fail(err, MPCF_E_INVALID, "spearman: score of example %zu is not a number",
                             i);
        }
    }
    order = mpcf_alloc_array(count, sizeof(*order));
    ranks = mpcf_alloc_array(count, 2 * sizeof(*ranks));
    if (order == NULL || ranks == NULL) {
        status = mpcf_fail_memory(err, count * sizeof(*order), "ranks");
    } else {
        rank(labels, count, order, ranks);
        rank(predictions, count, order, ranks + count);
        status = metric_pearson.compute(ranks, ranks + count, count, value, err);
    }
    mpcf_free(order);
    mpcf_free(ranks);
    return status;
}

const struct metric metric_spearman = {.name = "spearman",
                                       .summary = "Spearman's correlation of scores",
                                       .of_scores = true,
                                       .compute = spearman};
