/* SPDX-License-Identifier: Apache-2.0 */
/* The draft as a whole: checkpoint, data, lengths, and the file that says why each value is there. */
#include "draft/draft.h"

#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "draft/data.h"
#include "draft/lengths.h"
#include "draft/order_trial.h"
#include "draft/samples.h"
#include "draft/write.h"
#include "format/json.h"
#include "pipeline/model_family.h"

/* A plug-in that only --plugin-dir finds is named in the draft. */
static mpcf_status note_family(struct sketch *s, struct plugins *plugins, mpcf_error *err)
{
    const void *family = NULL;
    const struct plugin_facts *facts;

    MPCF_TRY(plugins_find(plugins, COMPONENT_MODEL, s->family, &family, err));
    facts = plugins_facts_of(plugins, family);
    if (facts != NULL && sketch_has_plugin(s, facts->path)) {
        s->plugins[0] = sketch_plugin(s, facts->path);
        return s->plugins[0] == NULL ? mpcf_fail_memory(err, 0, "a path") : MPCF_OK;
    }
    return MPCF_OK;
}

static mpcf_status read_checkpoint(struct sketch *s, mpcf_error *err)
{
    char *path = file_join(s->checkpoint_as_given, "config.json");
    struct plugins *plugins = NULL;
    const char *family = NULL;
    mpcf_status status =
        path == NULL ? mpcf_fail_memory(err, 0, "a path") : json_read_file(path, &s->config, err);

    if (status == MPCF_OK) {
        status = plugins_create(s->plugin_folder, &plugins, err);
    }
    if (status == MPCF_OK) {
        status = model_family_of(s->config, path, plugins, &family, err);
    }
    if (status == MPCF_OK) {
        s->family = arena_strdup(s->arena, family);
        status =
            s->family == NULL ? mpcf_fail_memory(err, 0, "a name") : note_family(s, plugins, err);
    }
    plugins_destroy(plugins);
    mpcf_free(path);
    return status;
}

/* Without slashes at its end, as a shell's completion leaves them. */
static const char *trimmed(struct sketch *s, const char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return arena_format(s->arena, "%.*s", (int) length, path);
}

static bool has_config(const char *folder)
{
    char *path = file_join(folder, "config.json");
    const bool is_there = path != NULL && file_exists(path);

    mpcf_free(path);
    return is_there;
}

static mpcf_status check_exchanged(const struct draft_request *request, mpcf_error *err)
{
    return has_config(request->data) && !has_config(request->checkpoint)
               ? mpcf_fail(err, MPCF_E_CONFIG,
                           "'%s' has a config.json and '%s' has none: the checkpoint comes first, "
                           "mpcf-host init %s %s",
                           request->data, request->checkpoint, request->data, request->checkpoint)
               : MPCF_OK;
}

static mpcf_status check_sets(const struct draft_request *request, mpcf_error *err)
{
    for (size_t i = 0; i < request->set_count; i++) {
        const char *set = request->sets[i], *equals = strchr(set, '=');

        if (!text_starts_with(set, "dataset.") || equals == NULL ||
            equals == set + strlen("dataset.")) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "--set %s: init takes dataset.KEY=VALUE, an option of the reader; "
                             "what else there is stands in the file that it writes",
                             set);
        }
        if (text_starts_with(set, "dataset.path=") ||
            text_starts_with(set, "dataset.max_length=")) {
            return mpcf_fail(err, MPCF_E_CONFIG, "--set %s: init says that itself", set);
        }
    }
    return MPCF_OK;
}

static mpcf_status begin(const struct draft_request *request, struct sketch *s, mpcf_error *err)
{
    s->file = request->file;
    s->plugin_folder = request->plugin_folder;
    s->sets = request->sets;
    s->set_count = request->set_count;
    s->checkpoint_as_given = trimmed(s, request->checkpoint);
    s->data_as_given = trimmed(s, request->data);
    if (s->checkpoint_as_given == NULL || s->data_as_given == NULL ||
        (s->checkpoint = sketch_path(s, s->checkpoint_as_given)) == NULL ||
        (s->data = sketch_path(s, s->data_as_given)) == NULL) {
        return mpcf_fail_memory(err, 0, "a draft");
    }
    MPCF_TRY(check_exchanged(request, err));
    MPCF_TRY(check_sets(request, err));
    if (!file_is_folder(request->checkpoint)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' is no folder: a checkpoint is one with config.json, the tokenizer's "
                         "files and the weights",
                         request->checkpoint);
    }
    if (!file_exists(request->data)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "there is no '%s'", request->data);
    }
    return read_checkpoint(s, err);
}

/* What is written is taken, or it is not written. */
static mpcf_status check(const struct sketch *s, const struct text_buffer *yaml, mpcf_error *err)
{
    struct pipeline *p = NULL;
    mpcf_status status = yaml->failed ? mpcf_fail_memory(err, 0, "a draft")
                                      : sketch_open_text(s, yaml->data, &p, err);

    pipeline_close(p);
    return status;
}

static mpcf_status draft(const struct draft_request *request, struct sketch *s,
                         struct text_buffer *yaml, struct text_buffer *found, mpcf_error *err)
{
    struct draft_lengths lengths = {0};
    struct pipeline *p = NULL;
    mpcf_status status;

    MPCF_TRY(begin(request, s, err));
    MPCF_TRY(draft_data(s, &p, err));
    status = draft_lengths(s, p, &lengths, err);
    if (status == MPCF_OK && request->no_trial) {
        draft_tell_untried(s, "--no-trial");
    } else if (status == MPCF_OK) {
        status = draft_try_order(s, p, err);
    }
    if (status == MPCF_OK) {
        draft_write(s, &p->task, &lengths, yaml);
        draft_tell(s, &p->task, &lengths, found);
        status = check(s, yaml, err);
    }
    pipeline_close(p);
    return status;
}

mpcf_status draft_pipeline(const struct draft_request *request, struct text_buffer *yaml,
                           struct text_buffer *found, mpcf_error *err)
{
    struct sketch s = {.arena = arena_create()};
    mpcf_status status = s.arena == NULL ? mpcf_fail_memory(err, 0, "a draft")
                                         : draft(request, &s, yaml, found, err);

    json_decref(s.config);
    samples_destroy(s.samples);
    text_clear(&s.said);
    arena_destroy(s.arena);
    return status;
}
