/* SPDX-License-Identifier: Apache-2.0 */
#include "inference/reference_corpus.h"

#include <math.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"
#include "inference/secure_batches.h"
#include "secure/reference.h"

/* Runs of one shape, shared out among the workers. */
struct reference_group {
    struct secure_program program;
    const struct secure_plan *plan;
    const struct secure_plan_run *runs;
    size_t count;
    const struct corpus *corpus;
    size_t classes;
    float *logits;
    /* Under the lock: */
    pthread_mutex_t lock;
    struct reference_outcome *outcome;
    mpcf_status status;
    char failure[512];
    size_t done;
    int64_t began_ns, shown_ns;
};

static void show(struct reference_group *g, bool is_last)
{
    const double seconds = clock_seconds_since(g->began_ns);
    const double rate = seconds > 0 ? (double) g->done / seconds : 0;
    const struct progress p = {.stage = "infer: fixed",
                               .done = g->done,
                               .total = g->corpus->count,
                               .loss = (double) NAN,
                               .rate = rate,
                               .unit = "examples",
                               .seconds_left =
                                   rate > 0 ? (double) (g->corpus->count - g->done) / rate : -1,
                               .is_final = is_last};

    if (is_last || clock_seconds_since(g->shown_ns) > 0.2) {
        progress_show(&p);
        g->shown_ns = clock_now_ns();
    }
}

static void take_logits(struct reference_group *g, const struct secure_plan_run *run,
                        const double *output)
{
    for (size_t i = 0; i < run->count * g->classes; i++) {
        g->logits[run->rows[i / g->classes] * g->classes + i % g->classes] =
            output != NULL ? (float) output[i] : NAN;
    }
}

/* With the lock held. A value outside its range is a finding, anything else a failure. */
static void record(struct reference_group *g, const struct secure_plan_run *run, mpcf_status status,
                   const double *output, const struct reference_result *result,
                   const mpcf_error *err)
{
    struct reference_outcome *o = g->outcome;

    g->done += run->count;
    if (status != MPCF_OK && status != MPCF_E_RANGE) {
        if (g->status == MPCF_OK) {
            g->status = status;
            (void) snprintf(g->failure, sizeof g->failure, "%s", mpcf_error_text(err));
        }
        return;
    }
    if (status == MPCF_E_RANGE) {
        if (o->outside == 0) {
            (void) snprintf(o->outside_reason, sizeof o->outside_reason, "%s",
                            mpcf_error_text(err));
        }
        o->outside += run->count;
    }
    take_logits(g, run, status == MPCF_OK ? output : NULL);
    if (result->margin_node != NULL && result->smallest_margin < o->smallest_margin) {
        o->smallest_margin = result->smallest_margin;
        (void) snprintf(o->margin_node, sizeof o->margin_node, "%s", result->margin_node);
    }
    show(g, g->done == g->corpus->count);
}

static mpcf_status run_one(const struct reference_group *g, const struct secure_plan_run *run,
                           struct secure_rows *rows, double *output,
                           struct reference_result *result, mpcf_error *err)
{
    secure_rows_fill(rows, run, g->corpus);
    return reference_run(g->program.program, g->program.weights, &rows->input, output, result, NULL,
                         NULL, err);
}

static void run_range(void *context, size_t begin, size_t end)
{
    struct reference_group *g = context;
    mpcf_error *err = mpcf_error_create();
    struct secure_rows rows = {0};
    const size_t count = g->program.shape.batch * g->classes;
    double *output = mpcf_alloc_array(count, sizeof *output);
    mpcf_status created = output != NULL ? secure_rows_create(g->plan, &rows, err)
                                         : mpcf_fail_memory(err, count * sizeof *output, "logits");

    for (size_t i = begin; i < end && !interrupt_pending(); i++) {
        struct reference_result result = {0};
        mpcf_status status = created;

        if (status == MPCF_OK) {
            status = run_one(g, &g->runs[i], &rows, output, &result, err);
        }
        (void) pthread_mutex_lock(&g->lock);
        record(g, &g->runs[i], status, output, &result, err);
        (void) pthread_mutex_unlock(&g->lock);
        mpcf_error_reset(err);
    }
    secure_rows_clear(&rows);
    mpcf_free(output);
    mpcf_error_destroy(err);
}

static size_t same_shape(const struct secure_plan *plan, size_t first)
{
    size_t count = 1;

    while (first + count < plan->count &&
           plan->runs[first + count].shape.tokens == plan->runs[first].shape.tokens) {
        count++;
    }
    return count;
}

static mpcf_status run_groups(struct secure_setup *setup, struct reference_group *g,
                              mpcf_error *err)
{
    for (size_t first = 0; first < g->plan->count; first += g->count) {
        MPCF_TRY(secure_setup_program(setup, &g->plan->runs[first].shape, &g->program, err));
        g->runs = g->plan->runs + first;
        g->count = same_shape(g->plan, first);
        workers_for(g->count, 1, run_range, g);
        secure_setup_drop(setup);
        if (g->status != MPCF_OK) {
            return mpcf_fail(err, g->status, "%s", g->failure);
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "the fixed run was stopped");
        }
    }
    return MPCF_OK;
}

mpcf_status reference_corpus(struct secure_setup *setup, const struct corpus *corpus, float *logits,
                             struct reference_outcome *outcome, mpcf_error *err)
{
    struct secure_plan plan = {0};
    struct reference_group g = {.plan = &plan,
                                .corpus = corpus,
                                .classes = setup->classes,
                                .logits = logits,
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .outcome = outcome,
                                .began_ns = clock_now_ns()};
    mpcf_status status = secure_plan_create(setup->pipeline, corpus, &plan, err);

    *outcome = (struct reference_outcome){.smallest_margin = (double) INFINITY};
    if (status == MPCF_OK) {
        status = run_groups(setup, &g, err);
    }
    secure_plan_clear(&plan);
    return status;
}
