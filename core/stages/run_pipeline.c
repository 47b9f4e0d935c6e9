/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the stages of a pipeline in order, or one of them, or one role. */
#include "stages/run_pipeline.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file_room.h"
#include "base/folder.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "channel/role.h"
#include "check/run_check.h"
#include "inference/secure_role.h"
#include "pipeline/output.h"
#include "report/report.h"
#include "report/report_before.h"
#include "roles/control.h"
#include "stages/context.h"
#include "stages/convert.h"
#include "stages/distill.h"
#include "stages/finetune.h"
#include "stages/infer.h"
#include "stages/record.h"
#include "stages/role_report.h"
#include "stages/run_lock.h"
#include "stages/run_report.h"
#include "stages/stale.h"
#include "stages/test_predictions.h"

typedef mpcf_status stage_function(struct stage_context *c, mpcf_error *err);

static stage_function *const stages[STAGE_COUNT] = {
    [STAGE_FINETUNE] = stage_finetune,
    [STAGE_CONVERT] = stage_convert,
    [STAGE_DISTILL] = stage_distill,
    [STAGE_INFER] = stage_infer,
};

/* A stage alone stands on what the ones before it made: its key starts from theirs. */
static void take_key_before(struct stage_context *c, enum pipeline_stage stage)
{
    for (size_t i = 0; i < (size_t) stage; i++) {
        if (c->pipeline->has_stage[i]) {
            stage_recorded_key(c, (enum pipeline_stage) i, c->key);
        }
    }
}

static mpcf_status run_one(struct stage_context *c, enum pipeline_stage stage, mpcf_error *err)
{
    char path[64];
    const int64_t began_ns = clock_now_ns();
    mpcf_status status;

    c->skipped = false;
    status = stages[stage](c, err);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "%s", pipeline_stage_name(stage));
    }
    if (c->skipped) {
        return MPCF_OK; /* the report has what it took */
    }
    (void) snprintf(path, sizeof path, "stages.%s.seconds", pipeline_stage_name(stage));
    return report_set_real(c->report, path, clock_seconds_since(began_ns), err);
}

static mpcf_status run_stages(struct stage_context *c, const struct run_request *request,
                              mpcf_error *err)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        const enum pipeline_stage stage = (enum pipeline_stage) i;

        if (!c->pipeline->has_stage[i] || (request->one_stage && request->stage != stage)) {
            continue;
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped before %s",
                             pipeline_stage_name(stage));
        }
        if (request->one_stage) {
            take_key_before(c, stage);
        }
        MPCF_TRY(run_one(c, stage, err));
    }
    return MPCF_OK;
}

static mpcf_status run_here(const struct pipeline *p, const struct run_request *request,
                            mpcf_error *err)
{
    const int64_t began_ns = clock_now_ns();
    struct stage_context c = {.pipeline = p, .source = request->source};
    json_t *earlier = NULL;
    mpcf_status status = report_read(p->output, &c.report, err);

    if (status == MPCF_OK) {
        status = report_before_take(c.report, &earlier, err);
    }
    if (status == MPCF_OK) {
        status = run_report_begin(p, c.report, err);
    }
    if (status == MPCF_OK) {
        status = report_before_settle(c.report, earlier, err);
    }
    if (status == MPCF_OK) {
        status = run_stages(&c, request, err);
    }
    if (status == MPCF_OK) {
        status = report_set_real(c.report, "run.seconds", clock_seconds_since(began_ns), err);
    }
    if (status == MPCF_OK) {
        status = report_before_settle(c.report, earlier, err);
    }
    if (status == MPCF_OK) {
        status = stage_write_report(&c, err);
    }
    json_decref(earlier);
    stage_context_clear(&c);
    return status;
}

/* And a report finds room, before hours of training. */
static mpcf_status make_folders(const struct pipeline *p, mpcf_error *err)
{
    enum { REPORT_BYTES = 1 << 20 };
    char *folder = output_path(p, "stages"), *report = output_path(p, "report.json");
    mpcf_status status = folder != NULL && report != NULL ? file_make_folder(folder, err)
                                                          : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = file_room_try(report, REPORT_BYTES, err);
    }
    mpcf_free(folder);
    mpcf_free(report);
    return status;
}

/* Of each stage that would run, and of those that one alone stands on: keys need the data, and these do
 * not. */
static mpcf_status check_records(const struct pipeline *p, const struct run_request *request,
                                 mpcf_error *err)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        const enum pipeline_stage stage = (enum pipeline_stage) i;

        if (p->has_stage[i] && (!request->one_stage || request->stage == stage)) {
            MPCF_TRY(stage_refuse_older(p, stage, err));
        }
    }
    return request->one_stage ? stage_refuse_stale(p, request->stage, err) : MPCF_OK;
}

mpcf_status pipeline_check(const struct pipeline *p, const struct run_request *request,
                           struct run_facts *facts, mpcf_error *err)
{
    const enum pipeline_viewer viewer = request->viewer;

    if (facts != NULL && viewer == VIEW_ALL && pipeline_is_for_predict(p)) {
        MPCF_TRY(pipeline_check_plain(p, err));
        return run_check(p, viewer, facts, err);
    }
    MPCF_TRY(pipeline_check_files(p, viewer, err));
    if (viewer == VIEW_ALL && request->one_stage && request->stage == STAGE_INFER) {
        MPCF_TRY(pipeline_check_student(p, err)); /* no stage before it makes it */
    }
    if (viewer == VIEW_ALL) {
        MPCF_TRY(test_predictions_check(p, err));
        MPCF_TRY(check_records(p, request, err));
    }
    return run_check(p, viewer, facts, err);
}

/* Whoever started all roles makes one report of what they leave. */
static mpcf_status run_role(const struct pipeline *p, enum role role, mpcf_error *err)
{
    const bool is_started = getenv(CONTROL_VARIABLE) != NULL; /* the role takes it away */
    const int64_t began_ns = clock_now_ns();

    MPCF_TRY(secure_role_run(p, role, err));
    return is_started ? MPCF_OK : role_report_write(p, role, clock_seconds_since(began_ns), err);
}

mpcf_status pipeline_run(const struct pipeline *p, const struct run_request *request,
                         mpcf_error *err)
{
    const bool is_role = request->viewer != VIEW_ALL;
    mpcf_status status;
    int lock = -1;

    if (request->one_stage && !p->has_stage[request->stage]) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: there is no stage '%s' in it", p->file,
                         pipeline_stage_name(request->stage));
    }
    if (is_role && !p->has_stage[STAGE_INFER]) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: --role needs the stage 'infer'", p->file);
    }
    MPCF_TRY(pipeline_check(p, request, NULL, err));
    if (is_role) {
        return run_role(p, (enum role) request->viewer, err);
    }
    if (request->has_begun != NULL) {
        *request->has_begun = true;
    }
    MPCF_TRY(make_folders(p, err));
    MPCF_TRY(run_lock_take(p, &lock, err));
    status = run_here(p, request, err);
    run_lock_release(lock);
    return status;
}
