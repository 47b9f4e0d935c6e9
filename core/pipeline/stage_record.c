/* SPDX-License-Identifier: Apache-2.0 */
/* What was made from what: keys of stages, the report. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "pipeline/stage.h"
#include "report/report.h"

char *stage_path(const struct pipeline *p, const char *name)
{
    return file_join(p->output, name);
}

mpcf_status stage_key(const struct stage_context *c, enum pipeline_stage stage, const char *extra,
                      char key[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct text_buffer text = {0};
    struct digest *digest = digest_begin();

    pipeline_print_settings(c->pipeline, stage, &text);
    text_printf(&text, "\nbefore %s\nextra %s\n", c->key, extra != NULL ? extra : "");
    if (digest == NULL || text.failed) {
        text_clear(&text);
        return mpcf_fail_memory(err, 0, "a stage's key");
    }
    digest_add(digest, text.data, text.length);
    digest_end(digest, key);
    text_clear(&text);
    return MPCF_OK;
}

mpcf_status stage_folder_digest(const char *folder, char text[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct checkpoint *checkpoint = NULL;
    struct digest *digest = NULL;
    char *config = NULL;

    MPCF_TRY(checkpoint_open(folder, &checkpoint, err));
    digest = digest_begin();
    config = json_dumps(checkpoint_config(checkpoint), JSON_SORT_KEYS);
    if (digest != NULL && config != NULL) {
        digest_add(digest, config, strlen(config));
        checkpoint_digest(checkpoint, digest);
        digest_end(digest, text);
    }
    checkpoint_close(checkpoint);
    if (digest == NULL || config == NULL) {
        return mpcf_fail_memory(err, 0, "a digest");
    }
    free(config);
    return MPCF_OK;
}

void stage_corpus_digest(const struct corpus *corpus, char text[FILE_DIGEST_SIZE])
{
    struct digest *digest = digest_begin();

    text[0] = '\0';
    for (size_t i = 0; digest != NULL && i < corpus->count; i++) {
        const struct corpus_item *item = &corpus->items[i];

        digest_add(digest, item->ids, item->length * sizeof item->ids[0]);
        digest_add(digest, item->types, item->length * sizeof item->types[0]);
        digest_add(digest, &item->label, sizeof item->label);
        digest_add(digest, &item->id, sizeof item->id);
    }
    if (digest != NULL) {
        digest_end(digest, text);
    }
}

static char *record_path(const struct pipeline *p, enum pipeline_stage stage)
{
    char name[64];

    (void) snprintf(name, sizeof name, "stages/%s.json", pipeline_stage_name(stage));
    return stage_path(p, name);
}

bool stage_is_done(const struct stage_context *c, enum pipeline_stage stage, const char *key,
                   const char *result)
{
    char *path = record_path(c->pipeline, stage), *made = stage_path(c->pipeline, result);
    json_t *record = NULL;
    bool is_done = false;

    if (path != NULL && made != NULL && file_exists(path) && file_exists(made) &&
        json_read_file(path, &record, NULL) == MPCF_OK) {
        const char *found = json_string_value(json_object_get(record, "key"));

        is_done = found != NULL && strcmp(found, key) == 0;
        json_decref(record);
    }
    mpcf_free(path);
    mpcf_free(made);
    return is_done;
}

void stage_recorded_key(const struct stage_context *c, enum pipeline_stage stage,
                        char key[FILE_DIGEST_SIZE])
{
    char *path = record_path(c->pipeline, stage);
    json_t *record = NULL;

    if (path != NULL && file_exists(path) && json_read_file(path, &record, NULL) == MPCF_OK) {
        const char *found = json_string_value(json_object_get(record, "key"));

        if (found != NULL && strlen(found) == FILE_DIGEST_SIZE - 1) {
            memcpy(key, found, FILE_DIGEST_SIZE);
        }
        json_decref(record);
    }
    mpcf_free(path);
}

mpcf_status stage_mark_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                            mpcf_error *err)
{
    char *path = record_path(c->pipeline, stage);
    json_t *record = json_pack("{s:s}", "key", key);
    mpcf_status status = MPCF_OK;

    if (path == NULL || record == NULL) {
        status = mpcf_fail_memory(err, 0, "a stage's record");
    }
    if (status == MPCF_OK) {
        status = json_write_file(path, record, err);
    }
    if (status == MPCF_OK) {
        memcpy(c->key, key, sizeof c->key);
        status = stage_write_report(c, err);
    }
    json_decref(record);
    mpcf_free(path);
    return status;
}

mpcf_status stage_write_report(struct stage_context *c, mpcf_error *err)
{
    return report_write(c->pipeline->output, c->report, err);
}

mpcf_status stage_report_training(struct stage_context *c, const char *name,
                                  const struct training_log *log, uint64_t steps_per_epoch,
                                  mpcf_error *err)
{
    char path[96];

    report_drop_losses(c->report, name, 0);
    for (size_t i = 0; i < log->count; i++) {
        MPCF_TRY(report_add_loss(c->report, name, log->points[i].step,
                                 (double) log->points[i].step / (double) steps_per_epoch,
                                 log->points[i].loss, err));
    }
    (void) snprintf(path, sizeof path, "training.%s.examples_per_second", name);
    MPCF_TRY(report_set_real(c->report, path, log->examples_per_second, err));
    (void) snprintf(path, sizeof path, "training.%s.seconds", name);
    return report_set_real(c->report, path, log->seconds, err);
}
