/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/pipeline_reader.h"
#include "plugin/option_parse.h"

#define PIPELINE_FILE_LIMIT ((size_t) 1 << 20)

static const char *const stage_names[STAGE_COUNT] = {"finetune", "convert", "distill", "infer"};
static const char *const role_names[] = {"provider", "user", "dealer"};

const char *pipeline_stage_name(enum pipeline_stage stage)
{
    assert((size_t) stage < STAGE_COUNT);
    return stage_names[stage];
}

bool pipeline_stage_parse(const char *name, enum pipeline_stage *stage)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (strcmp(name, stage_names[i]) == 0) {
            *stage = (enum pipeline_stage) i;
            return true;
        }
    }
    return false;
}

const char *pipeline_role_name(enum role role)
{
    assert((size_t) role < 3);
    return role_names[role];
}

bool pipeline_role_parse(const char *name, enum role *role)
{
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *role = (enum role) i;
            return true;
        }
    }
    return false;
}

/* --- Memory --- */

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

mpcf_status reader_no_memory(struct pipeline_reader *r)
{
    return mpcf_fail(r->err, MPCF_E_NOMEM, "no memory for the pipeline");
}

static mpcf_status keep(struct pipeline_reader *r, struct option_memory *owned)
{
    struct pipeline_memory *m = r->p->memory;
    struct option_memory **grown = mpcf_grow_array(m->owned, m->owned_count, m->owned_count + 1,
                                                   sizeof(struct option_memory *));

    if (grown == NULL) {
        option_config_release(owned);
        return reader_no_memory(r);
    }
    m->owned = grown;
    m->owned[m->owned_count++] = owned;
    return MPCF_OK;
}

/* --- What the sections share --- */

static mpcf_status fill(struct pipeline_reader *r, const struct option_source *source, void *config)
{
    struct option_memory *owned = NULL;

    MPCF_TRY(option_fill_from(source, config, &owned, r->problems, r->err));
    return keep(r, owned);
}

mpcf_status reader_section(struct pipeline_reader *r, enum schema_section section,
                           const struct yaml_node *mapping, void *config)
{
    const struct schema *s = schema_section(section);
    const struct option_source source = {
        .options = s->options,
        .option_size = sizeof(mpcf_option),
        .config_size = s->config_size,
        .mapping = mapping,
        .at = mapping == NULL ? r->root : mapping,
        .others = s->others,
        .what = mapping != NULL && mapping->key != NULL ? mapping->key
                : *s->path == '\0'                      ? "the pipeline"
                                                        : s->path,
        .base = r->p->folder,
    };

    return fill(r, &source, config);
}

mpcf_status reader_component(struct pipeline_reader *r, enum component_kind kind,
                             const struct yaml_node *at, const char *name,
                             struct component_use *use)
{
    mpcf_status status;

    mpcf_error_reset(r->err);
    use->name = name;
    status = plugins_find(r->p->plugins, kind, name, &use->descriptor, r->err);
    if (status == MPCF_E_NOMEM) {
        return status;
    }
    if (status != MPCF_OK) {
        use->descriptor = NULL;
        yaml_problem(r->problems, at, "%s", mpcf_error_text(r->err));
    }
    return MPCF_OK;
}

mpcf_status reader_config(struct pipeline_reader *r, enum component_kind kind,
                          const struct component_use *use, const struct yaml_node *mapping,
                          const struct yaml_node *at, const char *const *others, void **config)
{
    struct option_source source = {
        .mapping = mapping,
        .at = at,
        .others = others,
        .base = r->p->folder,
        .what = arena_format(r->p->memory->arena, "%s '%s'", component_kind_name(kind), use->name),
    };

    source.options =
        component_options(kind, use->descriptor, &source.option_size, &source.config_size);
    *config = arena_alloc(r->p->memory->arena, 1, source.config_size == 0 ? 1 : source.config_size);
    if (*config == NULL || source.what == NULL) {
        return reader_no_memory(r);
    }
    return fill(r, &source, *config);
}

mpcf_status reader_merge(struct pipeline_reader *r, const struct yaml_node *first,
                         const struct yaml_node *second, const struct yaml_node **out)
{
    struct yaml_node *merged;

    if (first == NULL || second == NULL) {
        *out = first == NULL ? second : first;
        return MPCF_OK;
    }
    merged = arena_alloc(r->p->memory->arena, 1, sizeof *merged);
    if (merged == NULL) {
        return reader_no_memory(r);
    }
    *merged = *first;
    merged->items = arena_alloc(r->p->memory->arena, first->count + second->count + 1,
                                sizeof(struct yaml_node *));
    if (merged->items == NULL) {
        return reader_no_memory(r);
    }
    for (size_t i = 0; i < first->count; i++) {
        merged->items[i] = first->items[i];
    }
    for (size_t i = 0; second->kind == YAML_NODE_MAPPING && i < second->count; i++) {
        if (yaml_get(first, second->items[i]->key) == NULL) {
            merged->items[merged->count++] = second->items[i];
        }
    }
    *out = merged;
    return MPCF_OK;
}

/* --- The file --- */

/* One entry of `plugins:`: with '/' a path from the file's folder, else a name. */
static mpcf_status load_listed(struct pipeline_reader *r, const struct yaml_node *item)
{
    struct text_buffer why = {0};
    const char *path = item->text;
    mpcf_status status;

    if (item->kind != YAML_NODE_SCALAR) {
        yaml_problem(r->problems, item, "plugins: expected a path or a name");
        return MPCF_OK;
    }
    if (strchr(path, '/') != NULL) {
        path = option_expand_path(path, r->p->folder, r->p->memory->arena, &why);
    }
    if (path == NULL) {
        yaml_problem(r->problems, item, "plugins: %s", text_string(&why));
        text_clear(&why);
        return MPCF_OK;
    }
    text_clear(&why);
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
    size_t length = 0;
    mpcf_status status = read_text(request, &text, &length, r->err);

    if (status == MPCF_OK) {
        status = yaml_parse_collect(text, length, request->file, r->problems, &m->tree, r->err);
        mpcf_free(text);
    }
    for (size_t i = 0; status == MPCF_OK && i < request->set_count; i++) {
        status = yaml_set(m->tree, request->sets[i], r->err);
    }
    if (status == MPCF_OK) {
        r->root = yaml_root(m->tree);
    }
    return status;
}

static mpcf_status place(const struct pipeline_request *request, struct pipeline_reader *r)
{
    char *absolute = file_absolute(request->file);
    char *folder = absolute == NULL ? NULL : file_folder_of(absolute);
    struct arena *arena = r->p->memory->arena;

    if (folder != NULL) {
        r->p->file = arena_strdup(arena, absolute);
        r->p->folder = arena_strdup(arena, folder);
    }
    mpcf_free(absolute);
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
