/* SPDX-License-Identifier: Apache-2.0 */
/* Logits of a corpus by the float engine, and the task's metrics of logits. */
#include "network/evaluate.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/progress.h"
#include "corpus/batches.h"
#include "float_engine/float_engine.h"
#include "metrics/metrics.h"
#include "pass/token_rows.h"

static void show(const char *stage, size_t done, size_t total, int64_t began_ns)
{
    double seconds = clock_seconds_since(began_ns);
    double rate = seconds > 0 ? (double) done / seconds : 0;
    struct progress p = {.stage = stage,
                         .done = done,
                         .total = total,
                         .loss = (double) NAN,
                         .rate = rate,
                         .unit = "examples",
                         .is_final = done == total,
                         .is_passing = true};

    progress_show(&p);
}

static mpcf_status walk(struct float_engine *engine, const mpcf_node *output, struct batches *b,
                        const struct corpus *corpus, size_t classes, const char *stage,
                        float *logits, mpcf_error *err)
{
    int64_t began_ns = clock_now_ns(), shown_ns = began_ns;
    size_t done = 0;

    for (size_t i = 0; i < batches_count(b); i++) {
        struct labelled_batch batch;

        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "%s: stopped", stage);
        }
        batches_get(b, i, &batch);
        MPCF_TRY(float_forward(engine, &batch.inputs, err));
        for (size_t r = 0; r < batch.inputs.batch; r++) {
            memcpy(logits + batch.rows[r] * classes, float_value(engine, output) + r * classes,
                   classes * sizeof(float));
        }
        done += batch.inputs.batch;
        if (clock_seconds_since(shown_ns) > 0.2 || done == corpus->count) {
            show(stage, done, corpus->count, began_ns);
            shown_ns = clock_now_ns();
        }
    }
    return MPCF_OK;
}

mpcf_status evaluate_logits(const mpcf_graph *graph, struct parameters *parameters,
                            const struct corpus *corpus, size_t batch, size_t classes,
                            const char *stage, float *logits, mpcf_error *err)
{
    mpcf_graph *narrow = NULL; /* without what the logits do not need */
    const mpcf_node *output = NULL;
    struct batches *batches = NULL;
    struct float_engine *engine = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(pass_token_rows(graph, &narrow, err));
    output = graph_find_tap(narrow, "logits");
    status = output != NULL ? batches_create(corpus, batch, &batches, err)
                            : mpcf_fail(err, MPCF_E_SHAPE, "the graph has no output 'logits'");
    if (status == MPCF_OK) {
        batches_sort(batches);
        status = float_engine_create(narrow, parameters, FLOAT_EVALUATE, batch, corpus->longest,
                                     batches_elements(batches), &engine, err);
    }
    if (status == MPCF_OK) {
        status = walk(engine, output, batches, corpus, classes, stage, logits, err);
    }
    float_engine_destroy(engine);
    graph_destroy(narrow);
    batches_destroy(batches);
    return status;
}

/* A score that is not a number has no rank; of classes the first largest logit is taken. */
static mpcf_status check_score(const struct corpus_item *item, double score, mpcf_error *err)
{
    if (isfinite(score)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_RANGE,
                     "the network's score of row %llu is not a finite number: its weights may be "
                     "damaged, or an approximation left its range",
                     (unsigned long long) item->id);
}

static mpcf_status compute_all(const struct corpus *corpus, const double *labels,
                               const double *predictions, size_t count, json_t *metrics,
                               mpcf_error *err)
{
    size_t limit = sizeof corpus->task.metrics / sizeof corpus->task.metrics[0];

    for (size_t i = 0; i < limit && corpus->task.metrics[i] != NULL; i++) {
        double value = 0;

        MPCF_TRY(metric_compute(corpus->task.metrics[i], labels, predictions, count, &value, err));
        if (json_object_set_new(metrics, corpus->task.metrics[i], json_real(value)) != 0) {
            return mpcf_fail_memory(err, 0, "metrics");
        }
    }
    return MPCF_OK;
}

mpcf_status evaluate_metrics(const struct corpus *corpus, const uint32_t *rows, size_t count,
                             const float *logits, size_t classes, json_t **metrics, mpcf_error *err)
{
    double *numbers = mpcf_alloc_array(2 * count, sizeof *numbers);
    json_t *result = json_object();
    size_t used = 0;
    mpcf_status status = MPCF_OK;

    if (numbers == NULL || result == NULL) {
        status = mpcf_fail_memory(err, 2 * count * sizeof *numbers, "predictions");
    }
    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        const struct corpus_item *item = &corpus->items[rows != NULL ? rows[i] : i];

        if (item->has_label) {
            numbers[used] = item->label;
            numbers[count + used] = metric_prediction(logits + i * classes, classes);
            status = check_score(item, numbers[count + used], err);
            used++;
        }
    }
    if (status == MPCF_OK && used > 0) {
        status = compute_all(corpus, numbers, numbers + count, used, result, err);
    }
    mpcf_free(numbers);
    if (status != MPCF_OK) {
        json_decref(result);
        return status;
    }
    *metrics = result;
    return MPCF_OK;
}

mpcf_status evaluate_network(const mpcf_graph *graph, struct parameters *parameters,
                             const struct corpus *corpus, size_t batch, size_t classes,
                             const char *stage, json_t **metrics, mpcf_error *err)
{
    float *logits = mpcf_alloc_array(corpus->count * classes, sizeof *logits);
    mpcf_status status = MPCF_OK;

    if (logits == NULL) {
        return mpcf_fail_memory(err, corpus->count * classes * sizeof *logits, "logits");
    }
    status = evaluate_logits(graph, parameters, corpus, batch, classes, stage, logits, err);
    if (status == MPCF_OK) {
        status = evaluate_metrics(corpus, NULL, corpus->count, logits, classes, metrics, err);
    }
    mpcf_free(logits);
    return status;
}
