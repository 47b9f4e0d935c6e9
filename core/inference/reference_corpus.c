/* SPDX-License-Identifier: Apache-2.0 */
/* The plaintext reference over a corpus: each batch as a task of the workers. */
#include "inference/reference_corpus.h"

#include <math.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/workers.h"
#include "inference/marked_answer.h"
#include "inference/padded_input.h"
#include "inference/secure_batches.h"
#include "secure/reference.h"

/* Batches of one shape, shared out among the workers. */
struct reference_group {
    struct secure_program program;
    const struct secure_batches *batches;
    const struct secure_batch *items; /* of BATCHES, with one shape: COUNT */
    size_t count;
    const struct corpus *corpus;
    const char *stage;
    size_t answer, revealed; /* numbers of an example */
    float *answers;
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
    const struct progress p = {.stage = g->stage,
                               .done = g->done,
                               .total = g->corpus->count,
                               .loss = (double) NAN,
                               .rate = rate,
                               .unit = "examples",
                               .is_final = is_last};

    if (is_last || clock_seconds_since(g->shown_ns) > 0.2) {
        progress_show(&p);
        g->shown_ns = clock_now_ns();
    }
}

static void record_mark(struct reference_outcome *o)
{
    if (o->outside == 0) {
        (void) snprintf(o->outside_reason, sizeof o->outside_reason, "check_ranges found it");
    }
    o->outside++;
    o->marked++;
}

static void take_answers(struct reference_group *g, const struct secure_batch *batch,
                         const double *output)
{
    for (size_t i = 0; i < batch->count; i++) {
        float *answer = g->answers + batch->rows[i] * g->answer;

        if (output != NULL) {
            marked_answer_take(g->program.program, output, i, g->answer, answer);
        }
        for (size_t c = 0; output == NULL && c < g->answer; c++) {
            answer[c] = NAN;
        }
        if (output != NULL && marked_answer_is(answer)) {
            record_mark(g->outcome);
        }
    }
}

/* With the lock held. A value outside its range is a finding, anything else a failure. */
static void record(struct reference_group *g, const struct secure_batch *batch, mpcf_status status,
                   const double *output, const struct reference_result *result,
                   const mpcf_error *err)
{
    struct reference_outcome *o = g->outcome;

    g->done += batch->count;
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
        o->outside += batch->count;
    }
    take_answers(g, batch, status == MPCF_OK ? output : NULL);
    if (result->margin_node != NULL && result->smallest_margin < o->smallest_margin) {
        o->smallest_margin = result->smallest_margin;
        (void) snprintf(o->margin_node, sizeof o->margin_node, "%s", result->margin_node);
    }
    show(g, g->done == g->corpus->count);
}

static mpcf_status run_one(const struct reference_group *g, const struct secure_batch *batch,
                           struct padded_input *input, double *output,
                           struct reference_result *result, mpcf_error *err)
{
    padded_input_fill(input, batch, g->corpus);
    return reference_run(g->program.program, g->program.weights, &input->given, output, result,
                         NULL, NULL, err);
}

static void run_range(void *context, size_t begin, size_t end)
{
    struct reference_group *g = context;
    mpcf_error *err = mpcf_error_create();
    struct padded_input input = {0};
    const size_t count = g->program.shape.batch * g->revealed;
    double *output = mpcf_alloc_array(count, sizeof *output);
    mpcf_status created = output != NULL ? padded_input_create(g->batches, &input, err)
                                         : mpcf_fail_memory(err, count * sizeof *output, "answers");

    for (size_t i = begin; i < end && !interrupt_pending(); i++) {
        struct reference_result result = {0};
        mpcf_status status = created;

        if (status == MPCF_OK) {
            status = run_one(g, &g->items[i], &input, output, &result, err);
        }
        (void) pthread_mutex_lock(&g->lock);
        record(g, &g->items[i], status, output, &result, err);
        (void) pthread_mutex_unlock(&g->lock);
        mpcf_error_reset(err);
    }
    padded_input_clear(&input);
    mpcf_free(output);
    mpcf_error_destroy(err);
}

static size_t same_shape(const struct secure_batches *batches, size_t first)
{
    size_t count = 1;

    while (first + count < batches->count &&
           batches->items[first + count].shape.tokens == batches->items[first].shape.tokens) {
        count++;
    }
    return count;
}

static mpcf_status run_groups(struct secure_student *student, struct reference_group *g,
                              mpcf_error *err)
{
    for (size_t first = 0; first < g->batches->count; first += g->count) {
        MPCF_TRY(
            secure_student_program(student, &g->batches->items[first].shape, &g->program, err));
        g->items = g->batches->items + first;
        g->count = same_shape(g->batches, first);
        workers_for(g->count, 1, run_range, g);
        secure_student_drop_programs(student);
        if (g->status != MPCF_OK) {
            return mpcf_fail(err, g->status, "%s", g->failure);
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "the plaintext reference was stopped");
        }
    }
    return MPCF_OK;
}

mpcf_status reference_corpus(struct secure_student *student, const struct corpus *corpus,
                             const char *stage, float *answers, struct reference_outcome *outcome,
                             mpcf_error *err)
{
    struct secure_batches batches = {0};
    struct reference_group g = {.batches = &batches,
                                .corpus = corpus,
                                .stage = stage,
                                .answer = student->answer,
                                .revealed = student->revealed,
                                .answers = answers,
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .outcome = outcome,
                                .began_ns = clock_now_ns()};
    mpcf_status status = secure_batches_create(student->pipeline, corpus, &batches, err);

    *outcome = (struct reference_outcome){.smallest_margin = (double) INFINITY};
    if (status == MPCF_OK) {
        status = run_groups(student, &g, err);
    }
    secure_batches_clear(&batches);
    return status;
}
