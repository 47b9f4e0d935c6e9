/* SPDX-License-Identifier: Apache-2.0 */
/* The plaintext reference over training rows, at the end of convert and of distill. */
#include "stages/student_reference.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "inference/failed_check.h"
#include "inference/reference_corpus.h"
#include "network/evaluate.h"
#include "pipeline/output.h"
#include "pipeline/print_settings.h"
#include "report/report.h"
#include "stages/difference.h"
#include "stages/infer_report.h"
#include "stages/record.h"

enum { BATCH = 16 };

/* Whether STAGE's student is the one that infer uses. */
static bool is_last(const struct pipeline *p, enum pipeline_stage stage)
{
    return stage == STAGE_DISTILL || !p->has_stage[STAGE_DISTILL];
}

static mpcf_status compute(struct stage_context *c, struct secure_student *student,
                           struct infer_evaluation *e, struct reference_outcome *outcome,
                           mpcf_error *err)
{
    const struct loaded_network *n = &student->network;

    e->classes = student->classes;
    e->answer = student->answer;
    e->has_marks = student->options.check_ranges != CHECK_NONE;
    e->exact = mpcf_alloc_array(e->corpus->count * e->classes, sizeof *e->exact);
    e->reference = mpcf_alloc_array(e->corpus->count * e->answer, sizeof *e->reference);
    if (e->exact == NULL || e->reference == NULL) {
        return mpcf_fail_memory(err, e->corpus->count * e->classes * sizeof *e->exact, "logits");
    }
    MPCF_TRY(evaluate_logits(n->network->graph, n->parameters, e->corpus, BATCH, e->classes,
                             "reference: float", e->exact, err));
    MPCF_TRY(reference_corpus(student, e->corpus, "reference: fixed", e->reference, outcome, err));
    return infer_report_calibration(c->report, e, outcome, err);
}

/* How near a value came to the end of its range says nothing of rows that the range was measured on: margin_bits. */
static void say_well(const struct stage_context *c, enum pipeline_stage stage, size_t rows)
{
    const json_t *error = report_get(c->report, "calibration.max_logit_error");
    char off[64] = "";

    if (json_is_number(error)) {
        (void) snprintf(off, sizeof off, ", logits are within %.4f of the floats",
                        json_number_value(error));
    }
    log_line(LOG_INFO,
             "%s: %zu training rows on the secure run's integers, in the clear: no value left its "
             "range%s",
             pipeline_stage_name(stage), rows, off);
}

/* No value is outside: whether the answers are the float student's. */
static mpcf_status judge_answers(const struct stage_context *c, enum pipeline_stage stage,
                                 const struct infer_evaluation *e, mpcf_error *err)
{
    mpcf_error *why = is_last(c->pipeline, stage) ? err : mpcf_error_create();
    const mpcf_status status = difference_judge(c->pipeline, e, "training rows", why);

    if (status == MPCF_OK) {
        say_well(c, stage, e->corpus->count);
    } else if (why != err) {
        log_line(LOG_WARN, "%s: %s; distill is to follow, and looks again",
                 pipeline_stage_name(stage), mpcf_error_text(why));
    }
    if (why != err) {
        mpcf_error_destroy(why);
        return MPCF_OK;
    }
    return status;
}

static mpcf_status judge(const struct stage_context *c, enum pipeline_stage stage,
                         const struct infer_evaluation *e, const struct reference_outcome *outcome,
                         mpcf_error *err)
{
    const size_t rows = e->corpus->count;

    if (outcome->outside == 0) {
        return judge_answers(c, stage, e, err);
    }
    if (!is_last(c->pipeline, stage)) {
        log_line(LOG_WARN,
                 "%s: %zu of %zu training rows left the ranges on the secure run's integers: %s; "
                 "distill is to follow, and looks again",
                 pipeline_stage_name(stage), outcome->outside, rows, outcome->outside_reason);
        return MPCF_OK;
    }
    return mpcf_fail(
        err, MPCF_E_RANGE,
        "%zu of %zu training rows left the ranges on the secure run's integers, so its "
        "answers would be wrong: %s; raise stages.calibrate.margin_bits or examples",
        outcome->outside, rows, outcome->outside_reason);
}

static mpcf_status look(struct stage_context *c, enum pipeline_stage stage, mpcf_error *err)
{
    const struct calibrate_settings *s = &c->pipeline->calibrate;
    struct secure_student student = {0};
    struct reference_outcome outcome;
    struct infer_evaluation e = {0};
    const struct corpus *corpus = NULL;
    struct corpus *some = NULL;
    mpcf_status status = stage_training_split(c, (size_t) s->examples, &corpus, err);

    if (status == MPCF_OK) {
        status = corpus_spread(corpus, (size_t) s->reference, &some, err);
    }
    if (status == MPCF_OK) {
        status = secure_student_open(c->pipeline, STUDENT_WEIGHTS, &student, err);
    }
    if (status == MPCF_OK) {
        e.corpus = some;
        status = compute(c, &student, &e, &outcome, err);
    }
    secure_student_close(&student);
    if (status == MPCF_OK) {
        status = judge(c, stage, &e, &outcome, err);
    }
    mpcf_free(e.exact);
    mpcf_free(e.reference);
    corpus_destroy(some);
    return status;
}

/* --- Once for a student --- */

/* Of the student, how it is lowered, and how many rows. */
static mpcf_status key_of(const struct stage_context *c, char key[FILE_DIGEST_SIZE],
                          mpcf_error *err)
{
    struct text_buffer text = {0};
    struct digest *digest = digest_begin();
    mpcf_status status = MPCF_OK;

    text_printf(&text, "student %s calibration %d rows %lld\n", c->key, (int) CALIBRATION_SCHEME,
                (long long) c->pipeline->calibrate.reference);
    pipeline_print_lowering(c->pipeline, &text);
    if (digest != NULL) {
        digest_add(digest, text_string(&text), text.length);
        digest_end(digest, key);
    }
    if (digest == NULL || text.failed) {
        status = mpcf_fail_memory(err, 0, "a key");
    }
    text_clear(&text);
    return status;
}

/* The record, {"convert": key, "distill": key}, or an empty one. NULL: memory. */
static json_t *read_record(const char *path)
{
    json_t *record = NULL;

    if (file_exists(path) && json_read_file(path, &record, NULL) == MPCF_OK &&
        json_is_object(record)) {
        return record;
    }
    json_decref(record);
    return json_object();
}

static bool was_done(const json_t *record, enum pipeline_stage stage, const char *key)
{
    const char *found = json_string_value(json_object_get(record, pipeline_stage_name(stage)));

    return found != NULL && strcmp(found, key) == 0;
}

static mpcf_status note(const char *path, json_t *record, enum pipeline_stage stage,
                        const char *key, mpcf_error *err)
{
    return json_object_set_new(record, pipeline_stage_name(stage), json_string(key)) == 0
               ? json_write_file(path, record, err)
               : mpcf_fail_memory(err, 0, "a record");
}

static mpcf_status look_and_note(struct stage_context *c, enum pipeline_stage stage,
                                 const char *path, const char *key, mpcf_error *err)
{
    json_t *record = read_record(path);
    mpcf_status status = record != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a record");

    if (status == MPCF_OK && !was_done(record, stage, key)) {
        status = look(c, stage, err);
        if (status == MPCF_OK) {
            status = failed_check_forget(c->pipeline, err);
        } else if (status == MPCF_E_RANGE) {
            /* The run that follows, of whatever stage or role, says it, if it does not look again. */
            (void) failed_check_note(c->pipeline, mpcf_error_text(err), NULL);
        }
        if (status == MPCF_OK) {
            status = note(path, record, stage, key, err);
        }
        if (status == MPCF_OK) {
            status = stage_write_report(c, err);
        }
    }
    json_decref(record);
    return status;
}

mpcf_status student_reference(struct stage_context *c, enum pipeline_stage stage, mpcf_error *err)
{
    char key[FILE_DIGEST_SIZE];
    char *path = output_path(c->pipeline, "stages/reference.json");
    mpcf_status status = path != NULL ? key_of(c, key, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK && c->pipeline->calibrate.reference > 0) {
        status = look_and_note(c, stage, path, key, err);
    }
    mpcf_free(path);
    return status;
}
