/* SPDX-License-Identifier: Apache-2.0 */
/* What a network said of labelled rows: metrics, how sure they are, and counts of what it said. */
#include "network/judged.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "format/json.h"
#include "metrics/interval.h"
#include "metrics/metrics.h"
#include "network/evaluate.h"
#include "report/report.h"

enum { CLASSES_MAX = 64, SCATTER_BINS = 50 };

/* Labels, and predictions behind them. */
struct pairs {
    double *labels, *predictions;
    size_t count;
};

static mpcf_status pairs_of(const struct judged *j, struct pairs *pairs, mpcf_error *err)
{
    pairs->labels = mpcf_alloc_array(2 * j->count + 1, sizeof *pairs->labels);
    if (pairs->labels == NULL) {
        return mpcf_fail_memory(err, 2 * j->count * sizeof *pairs->labels, "predictions");
    }
    pairs->predictions = pairs->labels + j->count;
    for (size_t i = 0; i < j->count; i++) {
        const struct corpus_item *item = &j->corpus->items[j->rows != NULL ? j->rows[i] : i];

        if (item->has_label) {
            pairs->labels[pairs->count] = item->label;
            pairs->predictions[pairs->count++] =
                metric_prediction(j->answers + i * j->width, j->width);
        }
    }
    return MPCF_OK;
}

/* --- Intervals --- */

static mpcf_status intervals_of(const mpcf_task *task, const struct pairs *pairs, json_t *intervals,
                                mpcf_error *err)
{
    const size_t limit = sizeof task->metrics / sizeof task->metrics[0];

    for (size_t i = 0; i < limit && task->metrics[i] != NULL && pairs->count > 0; i++) {
        struct interval interval = {0, 0};
        bool has = false;

        MPCF_TRY(interval_of(task->metrics[i], pairs->labels, pairs->predictions, pairs->count,
                             &interval, &has, err));
        if (has && json_object_set_new(intervals, task->metrics[i],
                                       json_pack("[f, f]", interval.low, interval.high)) != 0) {
            return mpcf_fail_memory(err, 0, "the report");
        }
    }
    return MPCF_OK;
}

/* --- Predictions by class --- */

/* false: no class of CLASSES. */
static bool class_of(double value, size_t classes, size_t *class)
{
    if (!(value >= 0 && value < (double) classes)) {
        return false;
    }
    *class = (size_t) value;
    return true;
}

static json_t *confusion_of(const struct pairs *pairs, size_t classes)
{
    size_t counts[CLASSES_MAX * CLASSES_MAX] = {0};
    const size_t begun = json_begin();
    json_t *rows = json_array();

    for (size_t i = 0; i < pairs->count; i++) {
        size_t label = 0, prediction = 0;

        if (class_of(pairs->labels[i], classes, &label) &&
            class_of(pairs->predictions[i], classes, &prediction)) {
            counts[label * classes + prediction]++;
        }
    }
    for (size_t i = 0; i < classes; i++) {
        json_t *row = json_array();

        for (size_t k = 0; k < classes; k++) {
            (void) json_array_append_new(row, json_integer((json_int_t) counts[i * classes + k]));
        }
        (void) json_array_append_new(rows, row);
    }
    return json_end(rows, begun);
}

/* --- Guessing --- */

static int compare_labels(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

/* Rows of the class that most have. Sorts COUNT labels. */
static size_t largest_class(double *labels, size_t count)
{
    size_t largest = 0, run = 0;

    qsort(labels, count, sizeof *labels, compare_labels);
    for (size_t i = 0; i < count; i++) {
        run = i > 0 && labels[i] == labels[i - 1] ? run + 1 : 1;
        largest = run > largest ? run : largest;
    }
    return largest;
}

/* --- Scores beside labels --- */

static void range_of(const struct pairs *pairs, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < pairs->count; i++) {
        *low = fmin(*low, fmin(pairs->labels[i], pairs->predictions[i]));
        *high = fmax(*high, fmax(pairs->labels[i], pairs->predictions[i]));
    }
}

static size_t bin_of(double value, double low, double high)
{
    const double at = high > low ? (value - low) / (high - low) * SCATTER_BINS : 0;

    return at < SCATTER_BINS ? (size_t) fmax(at, 0) : SCATTER_BINS - 1;
}

static json_t *scatter_of(const struct pairs *pairs)
{
    size_t counts[SCATTER_BINS][SCATTER_BINS] = {{0}};
    const size_t begun = json_begin();
    json_t *list = json_array();
    double low, high;

    range_of(pairs, &low, &high);
    for (size_t i = 0; i < pairs->count; i++) {
        if (isfinite(pairs->labels[i]) && isfinite(pairs->predictions[i])) {
            counts[bin_of(pairs->labels[i], low, high)][bin_of(pairs->predictions[i], low, high)]++;
        }
    }
    for (int x = 0; x < SCATTER_BINS; x++) {
        for (int y = 0; y < SCATTER_BINS; y++) {
            if (counts[x][y] > 0) {
                (void) json_array_append_new(
                    list, json_pack("[i, i, I]", x, y, (json_int_t) counts[x][y]));
            }
        }
    }
    return json_end(json_pack("{s:f, s:f, s:i, s:o}", "low", low, "high", high, "bins",
                              SCATTER_BINS, "counts", list),
                    begun);
}

/* --- Together --- */

static mpcf_status put(json_t *report, const char *network, const char *key, json_t *value,
                       mpcf_error *err)
{
    char path[96];

    (void) snprintf(path, sizeof path, "%s.%s", network, key);
    return report_set(report, path, value, err);
}

static mpcf_status put_counts(json_t *report, const char *network, const mpcf_task *task,
                              const struct pairs *pairs, mpcf_error *err)
{
    if (pairs->count == 0 || task->classes > CLASSES_MAX) {
        return MPCF_OK;
    }
    return task->classes > 1
               ? put(report, network, "confusion", confusion_of(pairs, task->classes), err)
               : put(report, network, "scatter", scatter_of(pairs), err);
}

/* Rows answered right, and the share that always answering the largest class would have. Sorts the labels. */
static mpcf_status put_guessing(json_t *report, const char *network, struct pairs *pairs,
                                mpcf_error *err)
{
    size_t right = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        right += pairs->labels[i] == pairs->predictions[i] ? 1 : 0;
    }
    MPCF_TRY(put(report, network, "right", json_integer((json_int_t) right), err));
    return put(
        report, network, "guessing",
        json_real((double) largest_class(pairs->labels, pairs->count) / (double) pairs->count),
        err);
}

static mpcf_status put_pairs(json_t *report, const char *network, const struct judged *j,
                             struct pairs *pairs, mpcf_error *err)
{
    json_t *intervals = json_object();
    mpcf_status status = intervals != NULL ? intervals_of(&j->corpus->task, pairs, intervals, err)
                                           : mpcf_fail_memory(err, 0, "the report");

    if (status != MPCF_OK) {
        json_decref(intervals);
        return status;
    }
    MPCF_TRY(put(report, network, "intervals", intervals, err));
    MPCF_TRY(put(report, network, "rows", json_integer((json_int_t) pairs->count), err));
    MPCF_TRY(put_counts(report, network, &j->corpus->task, pairs, err));
    return pairs->count > 0 && j->corpus->task.classes > 1
               ? put_guessing(report, network, pairs, err)
               : MPCF_OK;
}

void judged_drop(json_t *report, const char *network)
{
    static const char *const keys[] = {"metrics", "rows",  "intervals", "confusion",
                                       "scatter", "right", "guessing"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char path[96];

        (void) snprintf(path, sizeof path, "%s.%s", network, keys[i]);
        report_drop(report, path);
    }
}

mpcf_status judged_report(json_t *report, const char *network, const struct judged *j,
                          mpcf_error *err)
{
    struct pairs pairs = {0};
    json_t *metrics = NULL;
    mpcf_status status = MPCF_OK;

    judged_drop(report, network);
    MPCF_TRY(evaluate_metrics(j->corpus, j->rows, j->count, j->answers, j->width, &metrics, err));
    MPCF_TRY(put(report, network, "metrics", metrics, err));
    status = pairs_of(j, &pairs, err);
    if (status == MPCF_OK) {
        status = put_pairs(report, network, j, &pairs, err);
    }
    mpcf_free(pairs.labels);
    return status;
}
