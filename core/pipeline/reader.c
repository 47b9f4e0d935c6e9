/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections of a pipeline file are read with: their tables, components and options. */
#include "pipeline/reader.h"

#include "base/memory.h"
#include "plugin/option_parse.h"

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
