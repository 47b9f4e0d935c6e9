/* SPDX-License-Identifier: Apache-2.0 */
/* A draft so far as a pipeline that can be opened, and rows of its data. */
#include "draft/sketch.h"

#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "network/label_names.h"

const char *sketch_value(struct sketch *s, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    const char *value = NULL;
    json_t *string;
    char *dumped;

    if (*text != '\0' && *text != '-' && strspn(text, plain) == strlen(text)) {
        return arena_strdup(s->arena, text);
    }
    string = json_string(text);
    dumped = string == NULL ? NULL : json_dumps(string, JSON_ENCODE_ANY);
    if (dumped != NULL) {
        value = arena_strdup(s->arena, dumped);
    }
    free(dumped);
    json_decref(string);
    return value;
}

/* From FOLDER to TARGET, both from the root and without links in them. */
static const char *way_between(struct sketch *s, const char *folder, const char *target)
{
    size_t same = 0;
    struct text_buffer way = {0};
    const char *kept = NULL;

    for (size_t i = 0;; i++) { /* whole names only */
        const bool ends = folder[i] == '\0' || folder[i] == '/';

        if (ends && (target[i] == '\0' || target[i] == '/')) {
            same = i;
        }
        if (folder[i] == '\0' || folder[i] != target[i]) {
            break;
        }
    }
    for (const char *at = folder + same; *at != '\0'; at++) {
        text_append(&way, *at == '/' && at[1] != '\0' ? "../" : "");
    }
    text_append(&way, target[same] == '/' ? target + same + 1 : target + same);
    if (!way.failed) {
        kept = sketch_value(s, way.length > 0 ? text_string(&way) : ".");
    }
    text_clear(&way);
    return kept;
}

const char *sketch_path(struct sketch *s, const char *path)
{
    char *folder = file_folder_of(s->file), *from = NULL, *to = NULL;
    const char *value = NULL;

    if (folder != NULL && (strcmp(folder, ".") == 0 || path[0] == '/')) {
        value = sketch_value(s, path);
    } else if (folder != NULL) {
        from = file_is_folder(folder) ? realpath(folder, NULL) : NULL;
        to = realpath(path, NULL);
        value = from != NULL && to != NULL ? way_between(s, from, to) : sketch_value(s, path);
    }
    free(to);
    free(from);
    mpcf_free(folder);
    return value;
}

bool sketch_has_plugin(const struct sketch *s, const char *path)
{
    char *folder =
        s->plugin_folder != NULL && path != NULL ? realpath(s->plugin_folder, NULL) : NULL;
    char *file = folder != NULL ? realpath(path, NULL) : NULL;
    const bool is_there = file != NULL && text_starts_with(file, folder);

    free(file);
    free(folder);
    return is_there;
}

const char *sketch_plugin(struct sketch *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *joined = file_join(s->plugin_folder, slash != NULL ? slash + 1 : path);
    const char *value = joined == NULL ? NULL : sketch_path(s, file_exists(joined) ? joined : path);

    mpcf_free(joined);
    return value;
}

const char *sketch_given(const struct sketch *s, const char *key)
{
    const size_t length = strlen(key);

    for (size_t i = s->set_count; i-- > 0;) {
        const char *set = s->sets[i] + strlen("dataset.");

        if (strncmp(set, key, length) == 0 && set[length] == '=') {
            return set + length + 1;
        }
    }
    return NULL;
}

/* A list, a mapping or a text in quotation marks is YAML as it is. */
static const char *given_value(struct sketch *s, const char *text)
{
    return *text != '\0' && strchr("[{\"'", *text) != NULL && text[1] != '\0'
               ? arena_strdup(s->arena, text)
               : sketch_value(s, text);
}

mpcf_status sketch_begin_options(struct sketch *s, mpcf_error *err)
{
    s->option_count = s->label_count = s->rows = 0;
    s->order = ORDER_OF_READER;
    s->is_other_task = false;
    s->columns = NULL;
    text_clear(&s->said);
    for (size_t i = 0; i < s->set_count; i++) {
        const char *set = s->sets[i] + strlen("dataset."), *equals = strchr(set, '=');
        const char *key = arena_format(s->arena, "%.*s", (int) (equals - set), set);

        if (key == NULL) {
            return mpcf_fail_memory(err, 0, "a draft");
        }
        if (strcmp(key, "reader") != 0) {
            MPCF_TRY(
                sketch_add(s, key, given_value(s, sketch_given(s, key)), "as --set says", err));
        }
    }
    return MPCF_OK;
}

mpcf_status sketch_add(struct sketch *s, const char *key, const char *value, const char *why,
                       mpcf_error *err)
{
    for (size_t i = 0; i < s->option_count; i++) {
        if (strcmp(s->options[i].key, key) == 0) {
            return MPCF_OK;
        }
    }
    if (s->option_count == SKETCH_OPTIONS || value == NULL) {
        return mpcf_fail_memory(err, 0, "a draft");
    }
    s->options[s->option_count++] = (struct sketch_option){key, value, why};
    return MPCF_OK;
}

size_t sketch_labels(const struct sketch *s)
{
    const size_t said = label_names_count(s->config);

    return said > 0 ? said : 2;
}

const char *sketch_label_list(struct sketch *s)
{
    struct text_buffer list = {0};
    const char *kept = NULL;

    for (size_t i = 0; i < s->label_count; i++) {
        const char *value = sketch_value(s, s->labels[i]);

        text_printf(&list, "%s%s", i == 0 ? "[" : ", ", value == NULL ? "" : value);
        list.failed = list.failed || value == NULL;
    }
    text_append(&list, "]");
    if (!list.failed) {
        kept = arena_strdup(s->arena, list.data);
    }
    text_clear(&list);
    return kept;
}

bool sketch_is_classifier(const struct sketch *s, const mpcf_task *task)
{
    const char *class =
        json_string_value(json_array_get(json_object_get(s->config, "architectures"), 0));

    return !s->is_other_task && class != NULL &&
           text_ends_with(class, "ForSequenceClassification") && sketch_labels(s) == task->classes;
}

mpcf_status sketch_open_text(const struct sketch *s, const char *text, struct pipeline **out,
                             mpcf_error *err)
{
    const struct pipeline_request request = {
        .file = s->file, .text = text, .plugin_folder = s->plugin_folder};

    return pipeline_open(&request, out, err);
}

mpcf_status sketch_open(const struct sketch *s, struct pipeline **out, mpcf_error *err)
{
    struct text_buffer text = {0};
    mpcf_status status;

    text_printf(&text,
                "version: 1\noutput: draft\nplugins: [%s%s%s]\nmodel: {family: %s, path: %s}\n"
                "dataset: {reader: %s, path: %s",
                s->plugins[0] != NULL ? s->plugins[0] : "",
                s->plugins[0] != NULL && s->plugins[1] != NULL ? ", " : "",
                s->plugins[1] != NULL ? s->plugins[1] : "", s->family, s->checkpoint, s->reader,
                s->data);
    for (size_t i = 0; i < s->option_count; i++) {
        text_printf(&text, ", %s: %s", s->options[i].key, s->options[i].value);
    }
    text_append(&text, "}\nstages: {finetune: {}, convert: {}}\n");
    status = text.failed ? mpcf_fail_memory(err, 0, "a draft")
                         : sketch_open_text(s, text.data, out, err);
    text_clear(&text);
    return status;
}

static mpcf_status walk(const mpcf_dataset *dataset, void *reader, size_t limit, sketch_row *take,
                        void *context, mpcf_error *err)
{
    for (size_t i = 0; limit == 0 || i < limit; i++) {
        mpcf_example example;
        int32_t more = 0;

        MPCF_TRY(dataset->next(reader, &example, &more, err));
        if (more == 0 || !take(context, &example)) {
            return MPCF_OK;
        }
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading stopped at row %zu", i);
        }
    }
    return MPCF_OK;
}

mpcf_status sketch_walk(const struct pipeline *p, const char *split, size_t limit, sketch_row *take,
                        void *context, mpcf_error *err)
{
    const mpcf_dataset *dataset = p->dataset.descriptor;
    void *reader = NULL;
    mpcf_status status;

    MPCF_TRY(dataset->open(p->dataset.config, p->dataset_path, split, &reader, err));
    status = walk(dataset, reader, limit, take, context, err);
    dataset->close(reader);
    return status;
}
