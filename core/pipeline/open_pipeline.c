/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a pipeline file: reads it section by section, gathers every mistake, and closes it.
 */
#include "pipeline/open_pipeline.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/yaml_set.h"
#include "pipeline/read_approximations.h"
#include "pipeline/read_dataset.h"
#include "pipeline/read_model.h"
#include "pipeline/read_stages.h"
#include "pipeline/read_transport.h"
#include "pipeline/reader.h"
#include "plugin/option_parse.h"

#define PIPELINE_FILE_LIMIT ((size_t) 1 << 20)

void pipeline_close(struct pipeline *p)
{
    if (p == NULL) {
        return;
    }
    if (p->memory != NULL) {
        for (size_t i = 0; i < p->memory->owned_count; i++) {
            option_config_release(p->memory->owned[i]);
        }
        mpcf_free(p->memory->owned);
        yaml_tree_destroy(p->memory->tree);
        arena_destroy(p->memory->arena);
        mpcf_free(p->memory);
    }
    plugins_destroy(p->plugins);
    mpcf_free(p);
}

/* One entry of `plugins:`: a path from the file's folder, or a name. */
static mpcf_status load_listed(struct pipeline_reader *r, const struct yaml_node *item)
{
    struct text_buffer why = {0};
    const char *path = item->text;
    mpcf_status status;

    if (item->kind != YAML_NODE_SCALAR) {
        yaml_problem(r->problems, item, "plugins: expected a path or a name");
        return MPCF_OK;
    }
    if (plugin_is_path(path)) {
        path = option_expand_path(path, r->p->folder, r->p->memory->arena, &why);
    }
    if (path == NULL) {
        yaml_problem(r->problems, item, "plugins: %s", text_string(&why));
    }
    text_clear(&why);
    if (path == NULL) {
        return MPCF_OK;
    }
    mpcf_error_reset(r->err);
    status = plugins_load(r->p->plugins, path, r->err);
    if (status != MPCF_OK && status != MPCF_E_NOMEM) {
        yaml_problem(r->problems, item, "%s", mpcf_error_text(r->err));
        status = MPCF_OK;
    }
    return status;
}

static mpcf_status read_plugins(struct pipeline_reader *r)
{
    const struct yaml_node *list = yaml_get(r->root, "plugins");

    if (list != NULL && list->kind != YAML_NODE_SEQUENCE) {
        yaml_problem(r->problems, list, "plugins: expected a list: [path, path]");
        return MPCF_OK;
    }
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        MPCF_TRY(load_listed(r, list->items[i]));
    }
    return MPCF_OK;
}

static mpcf_status read_top(struct pipeline_reader *r)
{
    struct top_settings top;

    MPCF_TRY(reader_section(r, SCHEMA_TOP, r->root, &top));
    r->p->output = top.output;
    r->p->seed = top.seed;
    return MPCF_OK;
}

static mpcf_status read_all(struct pipeline_reader *r)
{
    if (r->root->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, r->root, "expected a mapping: version, output, model, ...");
        return MPCF_OK;
    }
    MPCF_TRY(read_top(r));
    MPCF_TRY(read_plugins(r));
    MPCF_TRY(read_model(r));
    MPCF_TRY(read_dataset(r));
    MPCF_TRY(read_approximations(r));
    MPCF_TRY(read_transport(r));
    return read_stages(r);
}

/* A pipeline's file that cannot be read is a wrong file. */
static mpcf_status read_text(const struct pipeline_request *request, char **text, size_t *length,
                             mpcf_error *err)
{
    const mpcf_status status = file_read(request->file, PIPELINE_FILE_LIMIT, text, length, err);

    if (status == MPCF_OK || status == MPCF_E_NOMEM) {
        return status;
    }
    return mpcf_fail(err, MPCF_E_CONFIG, "the pipeline's file");
}

static mpcf_status parse(const struct pipeline_request *request, struct pipeline_reader *r)
{
    struct pipeline_memory *m = r->p->memory;
    char *text = NULL;
    size_t length = request->text != NULL ? strlen(request->text) : 0;
    mpcf_status status =
        request->text != NULL ? MPCF_OK : read_text(request, &text, &length, r->err);

    if (status == MPCF_OK) {
        status = yaml_parse_collect(request->text != NULL ? request->text : text, length,
                                    request->file, r->problems, &m->tree, r->err);
        mpcf_free(text);
    }
    for (size_t i = 0; status == MPCF_OK && i < request->set_count; i++) {
        status = yaml_set(m->tree, request->sets[i], r->err);
    }
    if (status == MPCF_OK) {
        r->root = r->p->root = yaml_root(m->tree);
    }
    return status;
}

/* The folder that REAL, the file without links, is in: as FILE was written where that leads there, else
 * (FILE is a link to another folder) as it is. mpcf_free. NULL: memory. */
static char *folder_as_written(const char *file, const char *real)
{
    char *folder = file_folder_of(file), *real_folder = file_folder_of(real);
    char *found = folder == NULL ? NULL : file_absolute(folder);
    const bool leads = found != NULL && real_folder != NULL && strcmp(found, real_folder) == 0;

    mpcf_free(found);
    mpcf_free(leads ? real_folder : folder);
    return leads ? folder : real_folder;
}

static mpcf_status place(const struct pipeline_request *request, struct pipeline_reader *r)
{
    char *real = file_absolute(request->file);
    char *folder = real == NULL ? NULL : folder_as_written(request->file, real);
    struct arena *arena = r->p->memory->arena;

    if (folder != NULL) {
        r->p->file = arena_strdup(arena, request->file);
        r->p->folder = arena_strdup(arena, folder);
    }
    mpcf_free(real);
    mpcf_free(folder);
    return r->p->file == NULL || r->p->folder == NULL ? reader_no_memory(r) : MPCF_OK;
}

static mpcf_status read_pipeline(const struct pipeline_request *request, struct pipeline_reader *r)
{
    const size_t refusals = memory_refusals();

    MPCF_TRY(place(request, r));
    MPCF_TRY(plugins_create(request->plugin_folder, &r->p->plugins, r->err));
    MPCF_TRY(parse(request, r));
    MPCF_TRY(read_all(r));
    mpcf_error_reset(r->err);
    if (yaml_problems_count(r->problems) > 0 && memory_refusals() != refusals) {
        return reader_no_memory(r); /* what could not be read stands there as the file's mistake */
    }
    if (yaml_problems_count(r->problems) > 0) {
        const char *lines = yaml_problems_text(r->problems);

        return mpcf_fail(r->err, MPCF_E_CONFIG, "%.*s", (int) strlen(lines) - 1, lines);
    }
    return MPCF_OK;
}

mpcf_status pipeline_open(const struct pipeline_request *request, struct pipeline **out,
                          mpcf_error *err)
{
    struct pipeline_reader r = {.err = err == NULL ? mpcf_error_create() : err};
    mpcf_status status;

    r.p = mpcf_alloc_array(1, sizeof *r.p);
    r.problems = yaml_problems_create();
    if (r.p != NULL) {
        r.p->memory = mpcf_alloc_array(1, sizeof *r.p->memory);
    }
    if (r.err == NULL || r.problems == NULL || r.p == NULL || r.p->memory == NULL ||
        (r.p->memory->arena = arena_create()) == NULL) {
        status = reader_no_memory(&r);
    } else {
        status = read_pipeline(request, &r);
    }
    yaml_problems_destroy(r.problems);
    if (err == NULL) {
        mpcf_error_destroy(r.err);
    }
    if (status != MPCF_OK) {
        pipeline_close(r.p);
        return status;
    }
    *out = r.p;
    return MPCF_OK;
}
