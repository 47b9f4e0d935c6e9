/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a stage goes from its first step to its last: batches, schedule, log, saved state, and where
 * an interrupted one goes on.
 */
#include "train/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/progress.h"
#include "corpus/batches.h"
#include "format/json.h"
#include "train/state.h"

struct run {
    struct trainer *trainer;
    struct parameters *parameters;
    const struct training_options *options;
    struct training_log *log;
    struct batches *batches;
    struct state_array *arrays;
    size_t array_count;
    char (*names)[300];
    uint64_t steps_per_epoch, total, step; /* step: done so far */
    uint64_t stretch;                      /* steps of one point of the log */
    double stretch_loss;
    uint64_t stretch_steps;
    size_t examples; /* of this process */
    int64_t began_ns, saved_ns, shown_ns;
};

/* --- State --- */

static mpcf_status list_arrays(struct run *r, mpcf_error *err)
{
    struct adamw *adamw = trainer_adamw(r->trainer);
    size_t moments = adamw_array_count(adamw), values = r->parameters->count;

    r->array_count = moments + values;
    r->arrays = mpcf_alloc_array(r->array_count, sizeof *r->arrays);
    r->names = mpcf_alloc_array(r->array_count, sizeof *r->names);
    if (r->arrays == NULL || r->names == NULL) {
        return mpcf_fail_memory(err, r->array_count, "the list of a training state");
    }
    for (size_t i = 0; i < moments; i++) {
        struct adamw_array a = adamw_array(adamw, i);

        (void) snprintf(r->names[i], sizeof r->names[i], "%s", a.name);
        r->arrays[i] = (struct state_array){r->names[i], a.data, a.count};
    }
    for (size_t i = 0; i < values; i++) {
        struct parameter *p = &r->parameters->items[i];
        char *name = r->names[moments + i];

        (void) snprintf(name, sizeof r->names[0], "value.%s", p->name);
        r->arrays[moments + i] = (struct state_array){name, p->value, p->count};
    }
    return MPCF_OK;
}

static json_t *log_facts(const struct training_log *log)
{
    const size_t begun = json_begin();
    json_t *points = json_array();

    for (size_t i = 0; i < log->count; i++) {
        (void) json_array_append_new(
            points, json_pack("[I, f]", (json_int_t) log->points[i].step, log->points[i].loss));
    }
    return json_end(points, begun);
}

static mpcf_status save(struct run *r, mpcf_error *err)
{
    json_t *facts = NULL;
    mpcf_status status = MPCF_OK;

    if (r->options->state == NULL) {
        return MPCF_OK;
    }
    /* Not settled first: a save must not change what follows, not by one rounding. */
    facts = json_pack("{s:s, s:I, s:I, s:f, s:f, s:I, s:o}", "key", r->options->key, "step",
                      (json_int_t) r->step, "adamw_steps",
                      (json_int_t) adamw_steps(trainer_adamw(r->trainer)), "pending",
                      adamw_pending(trainer_adamw(r->trainer)), "stretch_loss", r->stretch_loss,
                      "stretch_steps", (json_int_t) r->stretch_steps, "points", log_facts(r->log));
    if (facts == NULL) {
        return mpcf_fail_memory(err, 0, "the facts of a training state");
    }
    status = state_save(r->options->state, facts, r->arrays, r->array_count, err);
    json_decref(facts);
    r->saved_ns = clock_now_ns();
    return status;
}

static void take_facts(struct run *r, const json_t *facts)
{
    const json_t *points = json_object_get(facts, "points");

    r->step = (uint64_t) json_integer_value(json_object_get(facts, "step"));
    r->stretch_loss = json_number_value(json_object_get(facts, "stretch_loss"));
    r->stretch_steps = (uint64_t) json_integer_value(json_object_get(facts, "stretch_steps"));
    adamw_restore(trainer_adamw(r->trainer),
                  (uint64_t) json_integer_value(json_object_get(facts, "adamw_steps")),
                  json_number_value(json_object_get(facts, "pending")));
    for (size_t i = 0; i < json_array_size(points) && i < TRAINING_POINTS_MAX; i++) {
        const json_t *point = json_array_get(points, i);

        r->log->points[r->log->count++] =
            (struct training_point){(uint64_t) json_integer_value(json_array_get(point, 0)),
                                    json_number_value(json_array_get(point, 1))};
    }
}

/* A state that does not fit or cannot be read is no reason to fail: the stage starts anew. */
static void resume(struct run *r, mpcf_error *err)
{
    json_t *facts = NULL;
    const char *key = NULL;

    if (r->options->state == NULL || !file_exists(r->options->state)) {
        return;
    }
    if (state_facts(r->options->state, &facts, err) != MPCF_OK) {
        log_line(LOG_WARN, "%s: starting anew: %s", r->options->stage, mpcf_error_text(err));
        mpcf_error_reset(err);
        return;
    }
    key = json_string_value(json_object_get(facts, "key"));
    if (key != NULL && strcmp(key, r->options->key) == 0) {
        if (state_load(r->options->state, r->arrays, r->array_count, err) == MPCF_OK) {
            take_facts(r, facts);
            log_line(LOG_INFO, "%s: going on after step %llu of %llu", r->options->stage,
                     (unsigned long long) r->step, (unsigned long long) r->total);
        } else {
            log_line(LOG_WARN, "%s: starting anew: %s", r->options->stage, mpcf_error_text(err));
            mpcf_error_reset(err);
        }
    } else {
        log_line(LOG_INFO, "%s: starting anew: '%s' is of other inputs, or of an earlier version",
                 r->options->stage, r->options->state);
    }
    json_decref(facts);
}

/* --- Log and progress --- */

static void note_loss(struct run *r, double loss)
{
    struct training_log *log = r->log;

    r->stretch_loss += loss;
    r->stretch_steps++;
    if (r->stretch_steps == r->stretch || r->step == r->total) {
        log->last_loss = r->stretch_loss / (double) r->stretch_steps;
        if (log->count < TRAINING_POINTS_MAX) {
            log->points[log->count++] = (struct training_point){r->step, log->last_loss};
        }
        r->stretch_loss = 0;
        r->stretch_steps = 0;
    }
}

static void show(struct run *r, bool is_final)
{
    double seconds = clock_seconds_since(r->began_ns);
    double rate = seconds > 0 ? (double) r->examples / seconds : 0;
    uint64_t epoch = r->step > 0 ? (r->step - 1) / r->steps_per_epoch + 1 : 1;
    struct progress p = {.stage = r->options->stage,
                         .epoch = epoch,
                         .epochs = r->options->epochs,
                         .done = r->step,
                         .total = r->total,
                         .loss = r->stretch_steps > 0 ? r->stretch_loss / (double) r->stretch_steps
                                                      : r->log->last_loss,
                         .rate = rate,
                         .unit = "examples",
                         .is_final = is_final};

    progress_show(&p);
    r->shown_ns = clock_now_ns();
}

/* --- Steps --- */

/* Distinct for every step of every stage with another seed; never 0, which means no dropout. */
static uint64_t dropout_seed(const struct training_options *options, uint64_t step)
{
    uint64_t z = (options->seed + 1) * 0x9e3779b97f4a7c15u + (step + 1) * 0xbf58476d1ce4e5b9u;

    z = (z ^ (z >> 31)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 29)) | 1;
}

static mpcf_status one_step(struct run *r, mpcf_error *err)
{
    const struct training_options *options = r->options;
    uint64_t warmup = (uint64_t) (options->warmup * (double) r->total + 0.5);
    double rate =
        options->learning_rate * schedule_factor(options->schedule, r->step, r->total, warmup);
    struct labelled_batch batch;
    struct trainer_result result;
    mpcf_status status;

    if (r->step % r->steps_per_epoch == 0) {
        batches_shuffle(r->batches, options->seed, r->step / r->steps_per_epoch);
    }
    batches_get(r->batches, r->step % r->steps_per_epoch, &batch);
    batch.inputs.dropout_seed = options->dropout ? dropout_seed(options, r->step) : 0;
    status = trainer_step(r->trainer, &batch.inputs, batch.labels, rate, &result, err);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "%s, epoch %llu, step %llu", options->stage,
                               (unsigned long long) (r->step / r->steps_per_epoch + 1),
                               (unsigned long long) r->step + 1);
    }
    r->step++;
    r->examples += batch.inputs.batch;
    note_loss(r, result.loss);
    return MPCF_OK;
}

static mpcf_status end_of_epoch(struct run *r, mpcf_error *err)
{
    if (r->options->after_epoch != NULL) {
        adamw_settle(trainer_adamw(r->trainer));
        MPCF_TRY(r->options->after_epoch(r->options->context, r->step / r->steps_per_epoch, err));
    }
    return r->step < r->total ? save(r, err) : MPCF_OK;
}

static mpcf_status all_steps(struct run *r, mpcf_error *err)
{
    while (r->step < r->total) {
        if (interrupt_pending()) {
            MPCF_TRY(save(r, err));
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "%s: stopped after step %llu of %llu",
                             r->options->stage, (unsigned long long) r->step,
                             (unsigned long long) r->total);
        }
        MPCF_TRY(one_step(r, err));
        if (clock_seconds_since(r->shown_ns) > 0.2) {
            show(r, false);
        }
        if (r->step % r->steps_per_epoch == 0) {
            MPCF_TRY(end_of_epoch(r, err));
        } else if (r->options->save_seconds > 0 &&
                   clock_seconds_since(r->saved_ns) > r->options->save_seconds) {
            MPCF_TRY(save(r, err));
        }
    }
    show(r, true);
    return MPCF_OK;
}

static mpcf_status start(struct run *r, const struct corpus *corpus, mpcf_error *err)
{
    MPCF_TRY(batches_create(corpus, r->options->batch, &r->batches, err));
    MPCF_TRY(list_arrays(r, err));
    r->steps_per_epoch = batches_count(r->batches);
    r->total = r->steps_per_epoch * r->options->epochs;
    r->stretch = r->total / 200 + 1;
    resume(r, err);
    if (r->step > 0 && r->step % r->steps_per_epoch != 0) {
        batches_shuffle(r->batches, r->options->seed, r->step / r->steps_per_epoch);
    }
    r->began_ns = r->saved_ns = r->shown_ns = clock_now_ns();
    return MPCF_OK;
}

mpcf_status training_run(struct trainer *t, struct parameters *p, const struct corpus *corpus,
                         const struct training_options *options, struct training_log *log,
                         mpcf_error *err)
{
    struct run r = {.trainer = t, .parameters = p, .options = options, .log = log};
    mpcf_status status = MPCF_OK;

    *log = (struct training_log){.last_loss = (double) NAN};
    status = start(&r, corpus, err);
    if (status == MPCF_OK) {
        status = all_steps(&r, err);
    }
    if (status == MPCF_OK) {
        adamw_settle(trainer_adamw(t));
        log->steps = r.total;
        log->seconds = clock_seconds_since(r.began_ns);
        log->examples_per_second = (double) r.examples / log->seconds;
        if (options->state != NULL) {
            (void) unlink(options->state);
        }
    }
    batches_destroy(r.batches);
    mpcf_free(r.arrays);
    mpcf_free(r.names);
    return status;
}
