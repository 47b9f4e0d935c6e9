/* SPDX-License-Identifier: Apache-2.0 */
/* The draft as a whole: checkpoint, data, lengths, and the file that says why each value is there. */
#include "draft/draft.h"

#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "draft/data.h"
#include "draft/lengths.h"
#include "draft/write.h"
#include "format/json.h"
#include "pipeline/model_family.h"

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
        status = s->family == NULL ? mpcf_fail_memory(err, 0, "a name") : MPCF_OK;
    }
    plugins_destroy(plugins);
    mpcf_free(path);
    return status;
}

/* PATH, which starts from this process's folder, from FILE's: as it is where that is the same, or it starts
 * from the root. */
static const char *path_from(struct sketch *s, const char *path)
{
    char *folder = file_folder_of(s->file), *absolute = NULL;
    const char *value = NULL;

    if (folder != NULL && (strcmp(folder, ".") == 0 || path[0] == '/')) {
        value = sketch_value(s, path);
    } else if (folder != NULL) {
        absolute = file_absolute(path);
        value = absolute == NULL ? NULL : sketch_value(s, absolute);
    }
    mpcf_free(absolute);
    mpcf_free(folder);
    return value;
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

static mpcf_status begin(const struct draft_request *request, struct sketch *s, mpcf_error *err)
{
    s->file = request->file;
    s->plugin_folder = request->plugin_folder;
    s->checkpoint_as_given = trimmed(s, request->checkpoint);
    s->data_as_given = trimmed(s, request->data);
    if (s->checkpoint_as_given == NULL || s->data_as_given == NULL ||
        (s->checkpoint = path_from(s, s->checkpoint_as_given)) == NULL ||
        (s->data = path_from(s, s->data_as_given)) == NULL) {
        return mpcf_fail_memory(err, 0, "a draft");
    }
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
    status = draft_lengths(p, &lengths, err);
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
    arena_destroy(s.arena);
    return status;
}
