/* SPDX-License-Identifier: Apache-2.0 */
/* A draft so far as a pipeline that can be opened, and rows of its data. */
#include "draft/sketch.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "base/text.h"
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

mpcf_status sketch_add(struct sketch *s, const char *key, const char *value, const char *why,
                       mpcf_error *err)
{
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
                "version: 1\noutput: draft\nmodel: {family: %s, path: %s}\n"
                "dataset: {reader: %s, path: %s",
                s->family, s->checkpoint, s->reader, s->data);
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
