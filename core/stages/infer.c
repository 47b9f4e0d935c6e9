/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inference on one machine: the student in float and by the plaintext reference on the
 * whole evaluation split, then the three roles as processes of their own, and how they compare.
 */
#include "stages/infer.h"

#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/role.h"
#include "format/json.h"
#include "inference/kept_answers.h"
#include "inference/local_roles.h"
#include "inference/reference_corpus.h"
#include "network/evaluate.h"
#include "network/judged.h"
#include "network/loaded_network.h"
#include "pipeline/output.h"
#include "predict/student_words.h"
#include "report/report.h"
#include "stages/difference.h"
#include "stages/infer_report.h"
#include "stages/public_folder.h"
#include "stages/record.h"
#include "stages/test_predictions.h"

static mpcf_status run_float(struct stage_context *c, const struct secure_student *student,
                             struct infer_evaluation *e, mpcf_error *err)
{
    enum { BATCH = 16 };
    const struct loaded_network *n = &student->network;
    const struct judged judged = {
        .corpus = e->corpus, .count = e->corpus->count, .answers = e->exact, .width = e->classes};

    MPCF_TRY(evaluate_logits(n->network->graph, n->parameters, e->corpus, BATCH, e->classes,
                             "infer: float", e->exact, err));
    return judged_report(c->report, "student", &judged, err);
}

static mpcf_status run_reference(struct stage_context *c, struct secure_student *student,
                                 struct infer_evaluation *e, mpcf_error *err)
{
    struct reference_outcome outcome;

    if (!c->pipeline->infer.fixed) {
        report_drop(c->report, "fixed"); /* an earlier run's */
        report_drop(c->report, "ranges");
        return MPCF_OK;
    }
    e->reference = mpcf_alloc_array(e->corpus->count * e->answer, sizeof *e->reference);
    if (e->reference == NULL) {
        return mpcf_fail_memory(err, e->corpus->count * e->answer * sizeof *e->reference,
                                "answers");
    }
    MPCF_TRY(reference_corpus(student, e->corpus, "infer: reference", e->reference, &outcome, err));
    MPCF_TRY(infer_report_reference(c->report, e, &outcome, err));
    if (outcome.outside > outcome.marked) {
        MPCF_TRY(stage_write_report(c, err));
        return mpcf_fail(err, MPCF_E_RANGE,
                         "%zu of %zu examples left the ranges, so secure inference would be wrong "
                         "on them: %s; raise stages.calibrate.margin_bits or examples",
                         outcome.outside, e->corpus->count, outcome.outside_reason);
    }
    const mpcf_status status =
        difference_judge(c->pipeline, e, "rows of the evaluation split", err);
    if (status != MPCF_OK) {
        MPCF_TRY(stage_write_report(c, NULL));
    }
    return status;
}

/* The student and its weights are gone before the roles start: they need the memory. */
static mpcf_status run_in_clear(struct stage_context *c, struct infer_evaluation *e,
                                mpcf_error *err)
{
    struct secure_student student = {0};
    mpcf_status status = secure_student_open(c->pipeline, STUDENT_WEIGHTS, &student, err);

    if (status == MPCF_OK) {
        student_words(&student);
        e->classes = student.classes;
        e->answer = student.answer;
        e->has_marks = student.options.check_ranges != CHECK_NONE;
        e->exact = mpcf_alloc_array(e->corpus->count * e->classes, sizeof *e->exact);
        status = e->exact != NULL ? run_float(c, &student, e, err)
                                  : mpcf_fail_memory(err, e->corpus->count, "logits");
    }
    if (status == MPCF_OK) {
        status = run_reference(c, &student, e, err);
    }
    if (status == MPCF_OK && c->pipeline->infer.test_predictions) {
        status = test_predictions_write(c, &student.network, err);
    }
    secure_student_close(&student);
    return status;
}

static mpcf_status read_record(const struct pipeline *p, enum role role, json_t **out,
                               mpcf_error *err)
{
    char name[64];
    char *path = NULL;
    mpcf_status status = MPCF_OK;

    (void) snprintf(name, sizeof name, "infer/%s.json", role_name(role));
    path = output_path(p, name);
    status = path != NULL ? json_read_file(path, out, err) : mpcf_fail_memory(err, 0, "a path");
    mpcf_free(path);
    return status;
}

static mpcf_status compare(struct stage_context *c, const struct infer_evaluation *e,
                           mpcf_error *err)
{
    struct infer_records records = {{NULL}};
    mpcf_status status = MPCF_OK;

    for (int role = 0; status == MPCF_OK && role < 3; role++) {
        status = read_record(c->pipeline, (enum role) role, &records.roles[role], err);
    }
    if (status == MPCF_OK) {
        status = infer_report_secure(c->report, &records, e, err);
    }
    for (int role = 0; role < 3; role++) {
        json_decref(records.roles[role]);
    }
    return status;
}

/* Where another role is the cause, the user's answers are named here. */
static mpcf_status run_roles(struct stage_context *c, mpcf_error *err)
{
    char *kept = output_path(c->pipeline, "infer/" OUTPUT_ANSWERS);
    mpcf_status status = kept != NULL ? local_roles_run(c->pipeline, c->source, err)
                                      : mpcf_fail_memory(err, 0, "a path");
    const size_t count = status != MPCF_OK && kept != NULL ? kept_answers_in(kept) : 0;

    if (count > 0 && strstr(mpcf_error_text(err), kept) == NULL) {
        (void) mpcf_fail_while(err, status, "the run ended with %zu answers, kept in '%s'", count,
                               kept);
    }
    mpcf_free(kept);
    return status;
}

static mpcf_status infer(struct stage_context *c, struct infer_evaluation *e, mpcf_error *err)
{
    char *folder = output_path(c->pipeline, "infer");
    mpcf_status status =
        folder != NULL ? run_in_clear(c, e, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = stage_begin_writing(c, STAGE_INFER, err);
    }
    if (status == MPCF_OK) {
        status = file_remove_tree(folder, err);
    }
    if (status == MPCF_OK) {
        status = run_roles(c, err);
    }
    if (status == MPCF_OK) {
        status = compare(c, e, err);
    }
    mpcf_free(e->exact);
    mpcf_free(e->reference);
    mpcf_free(folder);
    return status;
}

static mpcf_status key_of(struct stage_context *c, const struct corpus *corpus,
                          char key[FILE_DIGEST_SIZE], mpcf_error *err)
{
    char extra[5 * FILE_DIGEST_SIZE], tests[FILE_DIGEST_SIZE] = "", weights[FILE_DIGEST_SIZE],
                                      data[FILE_DIGEST_SIZE];
    char ranges[FILE_DIGEST_SIZE];
    char *student = output_path(c->pipeline, "student");
    char *path = output_path(c->pipeline, "student/public/ranges.json");
    mpcf_status status = student != NULL && path != NULL
                             ? stage_folder_digest(student, weights, err)
                             : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = file_digest(path, ranges, err);
    }
    mpcf_free(student);
    mpcf_free(path);
    MPCF_TRY(status);
    corpus_digest(corpus, data);
    if (c->pipeline->infer.test_predictions) {
        MPCF_TRY(test_predictions_digest(c, tests, err));
    }
    (void) snprintf(extra, sizeof extra, "%s %s %s %.32s %s", weights, ranges, data,
                    c->pipeline->transport.name, tests);
    return stage_key(c, STAGE_INFER, extra, key, err);
}

mpcf_status stage_infer(struct stage_context *c, mpcf_error *err)
{
    char key[FILE_DIGEST_SIZE];
    struct infer_evaluation e = {0};
    bool done = false;

    MPCF_TRY(public_folder_update(c->pipeline, err));
    MPCF_TRY(stage_evaluation_split(c, &e.corpus, err));
    MPCF_TRY(key_of(c, e.corpus, key, err));
    MPCF_TRY(stage_is_done(c, STAGE_INFER, key, &done, err));
    if (done && (!c->pipeline->infer.test_predictions || test_predictions_exist(c->pipeline))) {
        return MPCF_OK;
    }
    MPCF_TRY(infer(c, &e, err));
    return stage_mark_done(c, STAGE_INFER, key, err);
}
