/* SPDX-License-Identifier: Apache-2.0 */
/* What was made from what, and whether a stage is done. */
#include "stages/record.h"

#include <string.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "checkpoint/checkpoint.h"
#include "format/json.h"
#include "pipeline/output.h"
#include "report/report.h"
#include "stages/made_with.h"
#include "stages/report_behind.h"

static char *record_path(const struct pipeline *p, enum pipeline_stage stage)
{
    char name[64];

    (void) snprintf(name, sizeof name, "stages/%s.json", pipeline_stage_name(stage));
    return output_path(p, name);
}

/* What a record says beside what it was made from; NULL: not there. */
struct recorded {
    const struct stage_keys *keys; /* of convert or distill */
    const char *result;            /* digest of the weights that the stage made */
};

static mpcf_status put(json_t *record, const char *name, json_t *value, mpcf_error *err)
{
    return json_object_set_new(record, name, value) == 0 ? MPCF_OK : mpcf_fail_memory(err, 0, name);
}

static mpcf_status fill_record(json_t *record, const struct pipeline *p, enum pipeline_stage stage,
                               const char *key, const struct recorded *r, mpcf_error *err)
{
    MPCF_TRY(put(record, "format", json_integer(OUTPUT_FORMAT), err));
    MPCF_TRY(put(record, "key", json_string(key), err));
    if (r->keys != NULL) {
        MPCF_TRY(put(record, "weights", json_string(r->keys->weights), err));
        MPCF_TRY(put(record, "teacher", json_string(r->keys->teacher), err));
        MPCF_TRY(put(record, "calibration", json_integer(CALIBRATION_SCHEME), err));
    }
    if (stage != STAGE_INFER && key != NULL && *key != '\0') {
        MPCF_TRY(put(record, "made", made_with(p, stage), err));
    }
    return r->result != NULL ? put(record, "result", json_string(r->result), err) : MPCF_OK;
}

static mpcf_status write_record(const struct pipeline *p, enum pipeline_stage stage,
                                const char *key, const struct recorded *r, mpcf_error *err)
{
    char *path = record_path(p, stage);
    json_t *record = json_object();
    mpcf_status status = path != NULL && record != NULL
                             ? fill_record(record, p, stage, key, r, err)
                             : mpcf_fail_memory(err, 0, "a stage's record");

    if (status == MPCF_OK) {
        status = json_write_file(path, record, err);
    }
    json_decref(record);
    mpcf_free(path);
    return status;
}

json_t *stage_record(const struct pipeline *p, enum pipeline_stage stage)
{
    char *path = record_path(p, stage);
    json_t *record = NULL;

    if (path != NULL && file_exists(path)) {
        (void) json_read_file(path, &record, NULL);
    }
    mpcf_free(path);
    return record;
}

/* What the last of a stage's work writes, and what it is worth nothing without. */
static bool results_are_there(const struct pipeline *p, enum pipeline_stage stage)
{
    static const char *const results[STAGE_COUNT][3] = {
        [STAGE_FINETUNE] = {"teacher/model.safetensors", "teacher/config.json"},
        [STAGE_CONVERT] = {"student/public/digest.json", "student/model.safetensors",
                           "student/config.json"},
        [STAGE_DISTILL] = {"student/public/digest.json", "student/model.safetensors",
                           "student/config.json"},
        [STAGE_INFER] = {"infer/user.json", "infer/provider.json"},
    };
    bool all = true;

    for (size_t i = 0; i < 3 && results[stage][i] != NULL; i++) {
        char *path = output_path(p, results[stage][i]);

        all = all && path != NULL && file_exists(path);
        mpcf_free(path);
    }
    return all;
}

/* distill writes over the converted student: a file without it needs convert again. */
static bool was_written_over(const struct pipeline *p, enum pipeline_stage stage)
{
    char *path = record_path(p, STAGE_DISTILL);
    const bool was = stage == STAGE_CONVERT && !p->has_stage[STAGE_DISTILL] &&
                     (path == NULL || file_exists(path));

    mpcf_free(path);
    return was;
}

/* Whether an earlier version wrote PATH, a record that is not empty. */
static bool is_older(const char *path)
{
    json_t *record = NULL;
    bool older = false;

    if (file_exists(path) && json_read_file(path, &record, NULL) == MPCF_OK) {
        const char *key = json_string_value(json_object_get(record, "key"));

        older = key != NULL && *key != '\0' &&
                json_integer_value(json_object_get(record, "format")) != (json_int_t) OUTPUT_FORMAT;
        json_decref(record);
    }
    return older;
}

/* Whether what STAGE calibrated, if it does, saw what it would now. */
static bool is_calibrated(const struct pipeline *p, enum pipeline_stage stage)
{
    json_t *record = stage_record(p, stage);
    const json_int_t scheme = json_integer_value(json_object_get(record, "calibration"));

    json_decref(record);
    return (stage != STAGE_CONVERT && stage != STAGE_DISTILL) || scheme == CALIBRATION_SCHEME;
}

static bool is_whole_json(const struct pipeline *p, const char *name)
{
    char *path = output_path(p, name);
    json_t *value = NULL;
    const bool is_whole = path != NULL && json_read_file(path, &value, NULL) == MPCF_OK;

    json_decref(value);
    mpcf_free(path);
    return is_whole;
}

/* Of a student what user and dealer have, as far as calibration writes it. */
static bool public_is_whole(const struct pipeline *p, enum pipeline_stage stage)
{
    return (stage != STAGE_CONVERT && stage != STAGE_DISTILL) ||
           (is_whole_json(p, "student/public/digest.json") &&
            is_whole_json(p, "student/public/ranges.json") &&
            is_whole_json(p, "student/public/config.json"));
}

/* --- The weights that a stage left --- */

static mpcf_status digest_weights(const char *folder, char text[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct checkpoint *checkpoint = NULL;
    struct digest *digest = NULL;

    MPCF_TRY(checkpoint_open(folder, &checkpoint, err));
    digest = digest_begin();
    if (digest != NULL) {
        checkpoint_digest(checkpoint, digest);
        digest_end(digest, text);
    }
    checkpoint_close(checkpoint);
    return digest != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a digest");
}

static char *result_folder(const struct pipeline *p, enum pipeline_stage stage)
{
    return output_path(p, stage == STAGE_FINETUNE ? "teacher" : "student");
}

static mpcf_status digest_result(const struct pipeline *p, enum pipeline_stage stage,
                                 char text[FILE_DIGEST_SIZE], mpcf_error *err)
{
    char *folder = result_folder(p, stage);
    mpcf_status status =
        folder != NULL ? digest_weights(folder, text, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(folder);
    return status;
}

/* Where distill was, the student is no longer convert's. */
static bool leaves_weights(const struct pipeline *p, enum pipeline_stage stage)
{
    char *path = record_path(p, STAGE_DISTILL);
    const bool is_distilled = path == NULL || file_exists(path);

    mpcf_free(path);
    return stage != STAGE_INFER && (stage != STAGE_CONVERT || !is_distilled);
}

/* Somebody's work may lie there. */
static mpcf_status fail_other_weights(const struct pipeline *p, enum pipeline_stage stage,
                                      mpcf_error *err)
{
    char *path = record_path(p, stage), *folder = result_folder(p, stage);
    mpcf_status status =
        path != NULL && folder != NULL
            ? mpcf_fail(err, MPCF_E_CONFIG,
                        "the weights in '%s' are not those that %s made, and would be written "
                        "over: `rm '%s' && mpcf-host %s` makes them anew; as a network of its "
                        "own a copy of the folder can be taken (model.path)",
                        folder, pipeline_stage_name(stage), path, p->file)
            : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    mpcf_free(folder);
    return status;
}

/* Of what STAGE left; an empty DIGEST where it is damaged, which a warning says with IS_TOLD. */
static mpcf_status digest_whole(const struct pipeline *p, enum pipeline_stage stage, bool is_told,
                                char digest[FILE_DIGEST_SIZE], mpcf_error *err)
{
    mpcf_error *why = mpcf_error_create();
    mpcf_status status =
        why != NULL ? digest_result(p, stage, digest, why) : mpcf_fail_memory(err, 0, "a digest");

    if (why != NULL && status == MPCF_E_FORMAT) {
        if (is_told) {
            log_line(LOG_WARN, "%s: what it made cannot be read, and is made anew: %s",
                     pipeline_stage_name(stage), mpcf_error_text(why));
        }
        digest[0] = '\0';
        status = MPCF_OK;
    } else if (why != NULL && status != MPCF_OK) {
        status = mpcf_fail(err, status, "%s", mpcf_error_text(why));
    }
    mpcf_error_destroy(why);
    return status;
}

/* *WHOLE: what STAGE left can be read. MPCF_E_CONFIG: it is something else. */
static mpcf_status check_weights(const struct pipeline *p, enum pipeline_stage stage, bool is_told,
                                 bool *whole, mpcf_error *err)
{
    char now[FILE_DIGEST_SIZE] = "";
    json_t *record = NULL;
    const char *made;
    mpcf_status status = MPCF_OK;

    *whole = true;
    if (!leaves_weights(p, stage)) {
        return MPCF_OK;
    }
    MPCF_TRY(digest_whole(p, stage, is_told, now, err));
    record = stage_record(p, stage);
    made = json_string_value(json_object_get(record, "result"));
    *whole = now[0] != '\0';
    if (*whole && made != NULL && strcmp(made, now) != 0) {
        status = fail_other_weights(p, stage, err);
    }
    json_decref(record);
    return status;
}

static bool has_output(const struct pipeline *p, const char *name)
{
    char *path = output_path(p, name);
    const bool is_there = path != NULL && file_exists(path);

    mpcf_free(path);
    return is_there;
}

bool stage_weights_are_made(const struct stage_context *c, enum pipeline_stage stage,
                            const struct stage_keys *keys)
{
    json_t *record = stage_record(c->pipeline, stage);
    const char *weights = json_string_value(json_object_get(record, "weights"));
    const char *all = json_string_value(json_object_get(record, "key"));
    const bool same = weights != NULL ? strcmp(weights, keys->weights) == 0
                                      : all != NULL && strcmp(all, keys->all) == 0;
    bool whole = false;

    json_decref(record);
    return same && check_weights(c->pipeline, stage, false, &whole, NULL) == MPCF_OK && whole &&
           has_output(c->pipeline, "student/config.json") &&
           has_output(c->pipeline, "student/model.safetensors") &&
           !was_written_over(c->pipeline, stage);
}

/* Hours of training may lie there; what infer made is only measured again. */
mpcf_status stage_refuse_older(const struct pipeline *p, enum pipeline_stage stage, mpcf_error *err)
{
    char *path = record_path(p, stage);
    mpcf_status status = path != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a stage's record");

    if (status == MPCF_OK && stage != STAGE_INFER && is_older(path) &&
        results_are_there(p, stage)) {
        status =
            mpcf_fail(err, MPCF_E_CONFIG,
                      "%s: '%s' is of an earlier version of mpcf, which compared its inputs in "
                      "another way, and what %s made would be written over: `mpcf-host %s "
                      "--set output=%s-anew` makes it anew beside it, `rm '%s' && mpcf-host "
                      "%s` in its place",
                      p->file, path, pipeline_stage_name(stage), p->file, p->output, path, p->file);
    }
    mpcf_free(path);
    return status;
}

mpcf_status stage_is_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                          bool *done, mpcf_error *err)
{
    char found[FILE_DIGEST_SIZE] = "";
    bool whole = false;

    *done = false;
    stage_recorded_key(c, stage, found);
    if (strcmp(found, key) != 0) {
        return stage_refuse_older(c->pipeline, stage, err);
    }
    if (!results_are_there(c->pipeline, stage) || was_written_over(c->pipeline, stage) ||
        !is_calibrated(c->pipeline, stage) || !public_is_whole(c->pipeline, stage)) {
        return MPCF_OK;
    }
    MPCF_TRY(check_weights(c->pipeline, stage, true, &whole, err));
    if (!whole) {
        return MPCF_OK;
    }
    log_line(LOG_INFO, "%s: unchanged, skipped", pipeline_stage_name(stage));
    memcpy(c->key, key, sizeof c->key);
    c->skipped = *done = true;
    return MPCF_OK;
}

static mpcf_status remove_output(const struct pipeline *p, const char *name, mpcf_error *err)
{
    char *path = output_path(p, name);
    mpcf_status status =
        path != NULL ? file_remove_tree(path, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(path);
    return status;
}

/* A student that is made anew is looked at anew. */
static mpcf_status begin(const struct stage_context *c, enum pipeline_stage stage,
                         const struct recorded *r, mpcf_error *err)
{
    mpcf_status status = write_record(c->pipeline, stage, "", r, err);

    for (size_t i = (size_t) stage + 1; status == MPCF_OK && i < STAGE_COUNT; i++) {
        char name[64];

        (void) snprintf(name, sizeof name, "stages/%s.json",
                        pipeline_stage_name((enum pipeline_stage) i));
        status = remove_output(c->pipeline, name, err);
    }
    if (status == MPCF_OK && stage != STAGE_INFER) {
        status = remove_output(c->pipeline, "stages/reference.json", err);
    }
    if (status == MPCF_OK && c->report != NULL) {
        status = report_drop_behind(c->report, stage, err);
        if (status == MPCF_OK) {
            status = report_write(c->pipeline->output, c->report, err);
        }
    }
    return status;
}

mpcf_status stage_begin_writing(const struct stage_context *c, enum pipeline_stage stage,
                                mpcf_error *err)
{
    const struct recorded none = {NULL, NULL};

    return begin(c, stage, &none, err);
}

mpcf_status stage_begin_calibrating(const struct stage_context *c, enum pipeline_stage stage,
                                    const struct stage_keys *keys, mpcf_error *err)
{
    json_t *record = stage_record(c->pipeline, stage);
    const struct recorded r = {keys, json_string_value(json_object_get(record, "result"))};
    mpcf_status status = begin(c, stage, &r, err);

    json_decref(record);
    return status;
}

void stage_recorded_key(const struct stage_context *c, enum pipeline_stage stage,
                        char key[FILE_DIGEST_SIZE])
{
    json_t *record = stage_record(c->pipeline, stage);
    const char *found = json_string_value(json_object_get(record, "key"));

    if (found != NULL && strlen(found) == FILE_DIGEST_SIZE - 1) {
        memcpy(key, found, FILE_DIGEST_SIZE);
    }
    json_decref(record);
}

void stage_converted_key(const struct stage_context *c, const char *teacher,
                         char key[FILE_DIGEST_SIZE])
{
    json_t *record = stage_record(c->pipeline, STAGE_CONVERT);
    const char *of = json_string_value(json_object_get(record, "teacher"));

    if (of != NULL && strcmp(of, teacher) == 0 &&
        made_with_is_same(json_object_get(record, "made"), c->pipeline, STAGE_CONVERT)) {
        stage_recorded_key(c, STAGE_CONVERT, key);
    }
    json_decref(record);
}

static mpcf_status mark(struct stage_context *c, enum pipeline_stage stage, const char *key,
                        const struct stage_keys *keys, mpcf_error *err)
{
    char weights[FILE_DIGEST_SIZE];
    struct recorded r = {keys, NULL};

    if (leaves_weights(c->pipeline, stage)) {
        MPCF_TRY(digest_result(c->pipeline, stage, weights, err));
        r.result = weights;
    }
    MPCF_TRY(write_record(c->pipeline, stage, key, &r, err));
    memcpy(c->key, key, sizeof c->key);
    return stage_write_report(c, err);
}

mpcf_status stage_mark_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                            mpcf_error *err)
{
    return mark(c, stage, key, NULL, err);
}

mpcf_status stage_mark_made(struct stage_context *c, enum pipeline_stage stage,
                            const struct stage_keys *keys, mpcf_error *err)
{
    return mark(c, stage, keys->all, keys, err);
}
