/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections model, dataset and approximations.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/metrics.h"
#include "pipeline/reader.h"

mpcf_status read_model(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "model");
    struct component_use *use = &r->p->model;
    struct model_settings settings;

    MPCF_TRY(reader_section(r, SCHEMA_MODEL, node, &settings));
    r->p->model_path = settings.path;
    r->p->model_labels = (size_t) settings.labels;
    if (settings.family == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(reader_component(r, COMPONENT_MODEL, yaml_get(node, "family"), settings.family, use));
    if (use->descriptor == NULL) {
        return MPCF_OK;
    }
    return reader_config(r, COMPONENT_MODEL, use, yaml_get(node, "options"), node, NULL,
                         &use->config);
}

/* A checkpoint of another task: the data gives it texts, and nothing to be judged by. */
static void take_labels(struct pipeline *p)
{
    if (p->model_labels == p->task.classes) {
        p->model_labels = 0;
    }
    if (p->model_labels != 0) {
        p->task.classes = p->model_labels;
        p->task.label_names = NULL;
        p->task.metrics[0] = NULL;
    }
}

/* Found here, and not after an epoch of training. */
static void check_metrics(struct pipeline_reader *r, const struct yaml_node *node)
{
    const mpcf_task *task = &r->p->task;
    const size_t limit = sizeof task->metrics / sizeof *task->metrics;

    for (size_t i = 0; i < limit && task->metrics[i] != NULL; i++) {
        const struct metric *metric = metric_find(task->metrics[i]);

        if (metric == NULL) {
            yaml_problem(r->problems, node, "dataset '%s': there is no metric '%s'",
                         r->p->dataset.name, task->metrics[i]);
        } else if (task->classes == 1 && !metric->of_scores) {
            yaml_problem(r->problems, node,
                         "dataset '%s': the metric '%s' is of classes, and the task has scores",
                         r->p->dataset.name, task->metrics[i]);
        }
    }
}

/* Asks the reader what its task is; it opens no file for that. */
static mpcf_status describe_task(struct pipeline_reader *r, const struct yaml_node *node)
{
    const mpcf_dataset *dataset = r->p->dataset.descriptor;
    mpcf_status status;

    r->p->task = (mpcf_task){.struct_size = sizeof(mpcf_task)};
    mpcf_error_reset(r->err);
    status = dataset->describe(r->p->dataset.config, &r->p->task, r->err);
    if (status == MPCF_E_NOMEM) {
        return status;
    }
    if (status != MPCF_OK) {
        yaml_problem(r->problems, node, "dataset '%s': %s", r->p->dataset.name,
                     mpcf_error_text(r->err));
    }
    check_metrics(r, node);
    take_labels(r->p);
    return MPCF_OK;
}

/* The reader's options stand beside `reader`, or under `options`: keys of either table. */
static mpcf_status read_dataset_options(struct pipeline_reader *r, const struct yaml_node *node)
{
    static const char *const own[] = {"reader", "path", "max_length", "options", NULL};
    struct component_use *use = &r->p->dataset;
    const struct yaml_node *nested = yaml_get(node, "options"), *merged = NULL;
    const size_t before = yaml_problems_count(r->problems);

    if (nested != NULL && nested->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, nested, "dataset.options: expected a mapping");
    }
    MPCF_TRY(reader_merge(r, node, nested, &merged));
    MPCF_TRY(reader_config(r, COMPONENT_DATASET, use, merged, node, own, &use->config));
    return yaml_problems_count(r->problems) == before ? describe_task(r, node) : MPCF_OK;
}

/* Only the section's own keys, so that the reader's are left to its table. */
static mpcf_status own_keys(struct pipeline_reader *r, const struct yaml_node *node,
                            const struct yaml_node **out)
{
    static const char *const keys[] = {"reader", "path", "max_length"};
    struct yaml_node *own;

    *out = node;
    if (node == NULL || node->kind != YAML_NODE_MAPPING) {
        return MPCF_OK;
    }
    own = arena_alloc(r->p->memory->arena, 1, sizeof *own);
    if (own == NULL) {
        return reader_no_memory(r);
    }
    *own = *node;
    own->count = 0;
    own->items = arena_alloc(r->p->memory->arena, 3, sizeof(struct yaml_node *));
    if (own->items == NULL) {
        return reader_no_memory(r);
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < node->count; j++) {
            if (strcmp(node->items[j]->key, keys[i]) == 0) {
                own->items[own->count++] = node->items[j];
            }
        }
    }
    *out = own;
    return MPCF_OK;
}

mpcf_status read_dataset(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "dataset"), *own = NULL;
    struct component_use *use = &r->p->dataset;
    struct dataset_settings settings;

    MPCF_TRY(own_keys(r, node, &own));
    MPCF_TRY(reader_section(r, SCHEMA_DATASET, own, &settings));
    r->p->dataset_path = settings.path;
    r->p->max_length = settings.max_length;
    if (settings.reader == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(
        reader_component(r, COMPONENT_DATASET, yaml_get(node, "reader"), settings.reader, use));
    return use->descriptor == NULL ? MPCF_OK : read_dataset_options(r, node);
}

/* --- Approximations --- */

struct slot_key {
    const char *key;
    mpcf_slot slot;
};
static const struct slot_key slot_keys[] = {
    {"activation", MPCF_SLOT_ACTIVATION},
    {"normaliser", MPCF_SLOT_NORMALISER},
    {"tanh", MPCF_SLOT_TANH},
};
#define SLOT_COUNT (sizeof slot_keys / sizeof *slot_keys)

static const char *slot_name(mpcf_slot slot)
{
    return slot_keys[(size_t) slot - 1].key;
}

static mpcf_status add_filling(struct pipeline_reader *r, const struct yaml_node *at,
                               const struct slot_filling *filling)
{
    struct pipeline *p = r->p;
    struct slot_filling *grown;

    for (size_t i = 0; i < p->filling_count; i++) {
        const struct slot_filling *other = &p->fillings[i];

        if (other->slot == filling->slot && other->first_layer <= filling->last_layer &&
            filling->first_layer <= other->last_layer) {
            yaml_problem(r->problems, at,
                         "two entries of '%s' cover the same layer; give each its `layers:`",
                         slot_name(filling->slot));
            return MPCF_OK;
        }
    }
    grown = arena_alloc(p->memory->arena, p->filling_count + 1, sizeof *grown);
    if (grown == NULL) {
        return reader_no_memory(r);
    }
    if (p->filling_count > 0) {
        memcpy(grown, p->fillings, p->filling_count * sizeof *grown);
    }
    grown[p->filling_count++] = *filling;
    p->fillings = grown;
    return MPCF_OK;
}

/* "0-5" or "3" at *TEXT; leaves *TEXT behind it. */
static bool parse_range(const char **text, struct slot_filling *filling)
{
    char *end = NULL;

    if (**text < '0' || **text > '9') {
        return false;
    }
    filling->first_layer = filling->last_layer = strtoul(*text, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9') {
        filling->last_layer = strtoul(end + 1, &end, 10);
    }
    *text = end;
    return filling->first_layer <= filling->last_layer && filling->last_layer < 1000;
}

static mpcf_status add_layers(struct pipeline_reader *r, const struct yaml_node *layers,
                              const struct yaml_node *at, struct slot_filling filling)
{
    const char *text;

    if (layers == NULL) {
        filling.first_layer = 0;
        filling.last_layer = SIZE_MAX;
        return add_filling(r, at, &filling);
    }
    text = layers->text;
    do {
        text += strspn(text, " ");
        if (layers->kind != YAML_NODE_SCALAR || !parse_range(&text, &filling)) {
            yaml_problem(r->problems, layers,
                         "layers: expected ranges from 0, as \"0-5\" or \"0,2,4-7\"");
            return MPCF_OK;
        }
        MPCF_TRY(add_filling(r, layers, &filling));
        text += strspn(text, " ");
    } while (*text == ',' && *++text != '\0');
    if (*text != '\0') {
        yaml_problem(r->problems, layers, "layers: '%s' is not understood", text);
    }
    return MPCF_OK;
}

static void check_entry_keys(struct pipeline_reader *r, const struct yaml_node *entry)
{
    static const char *const keys[] = {"name", "options", "layers"};

    for (size_t i = 0; i < entry->count; i++) {
        const char *key = entry->items[i]->key, *near = text_nearest(key, keys, 3);

        if (strcmp(key, "name") != 0 && strcmp(key, "options") != 0 && strcmp(key, "layers") != 0) {
            yaml_problem_key(r->problems, entry->items[i],
                             "an approximation has no key '%s'; %s%s%s", key,
                             near == NULL ? "it has name, options, layers" : "did you mean '",
                             near == NULL ? "" : near, near == NULL ? "" : "'?");
        }
    }
}

static mpcf_status read_approximation(struct pipeline_reader *r, const struct slot_key *slot,
                                      const struct yaml_node *entry)
{
    const struct yaml_node *name =
        entry->kind == YAML_NODE_MAPPING ? yaml_get(entry, "name") : entry;
    struct component_use use = {0};
    const mpcf_approx *approx;
    struct slot_filling filling = {.slot = slot->slot};
    void *config = NULL;

    if (entry->kind == YAML_NODE_MAPPING) {
        check_entry_keys(r, entry);
    }
    if (name == NULL || name->kind != YAML_NODE_SCALAR) {
        yaml_problem(r->problems, entry,
                     "approximations.%s: expected a name, or {name: ..., "
                     "options: {...}, layers: \"0-5\"}",
                     slot->key);
        return MPCF_OK;
    }
    MPCF_TRY(reader_component(r, COMPONENT_APPROX, name, name->text, &use));
    approx = use.descriptor;
    if (approx == NULL) {
        return MPCF_OK;
    }
    if (approx->slot != slot->slot) {
        yaml_problem(r->problems, name, "approximation '%s' is for the slot '%s', not '%s'",
                     name->text, slot_name(approx->slot), slot->key);
        return MPCF_OK;
    }
    MPCF_TRY(
        reader_config(r, COMPONENT_APPROX, &use, yaml_get(entry, "options"), entry, NULL, &config));
    filling.approx = approx;
    filling.config = config;
    return add_layers(r, yaml_get(entry, "layers"), entry, filling);
}

static mpcf_status read_slot(struct pipeline_reader *r, const struct slot_key *slot,
                             const struct yaml_node *node)
{
    if (node->kind != YAML_NODE_SEQUENCE) {
        return read_approximation(r, slot, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        MPCF_TRY(read_approximation(r, slot, node->items[i]));
    }
    return MPCF_OK;
}

static void report_slot(struct pipeline_reader *r, const struct yaml_node *item)
{
    const char *words[SLOT_COUNT], *near;

    for (size_t i = 0; i < SLOT_COUNT; i++) {
        words[i] = slot_keys[i].key;
    }
    near = text_nearest(item->key, words, SLOT_COUNT);
    yaml_problem_key(r->problems, item, "approximations has no slot '%s'; %s%s%s", item->key,
                     near == NULL ? "slots are activation, normaliser, tanh" : "did you mean '",
                     near == NULL ? "" : near, near == NULL ? "" : "'?");
}

mpcf_status read_approximations(struct pipeline_reader *r)
{
    const struct yaml_node *node = yaml_get(r->root, "approximations");

    if (node != NULL && node->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, node, "approximations: expected a mapping of slots");
        return MPCF_OK;
    }
    for (size_t i = 0; node != NULL && i < node->count; i++) {
        size_t slot = 0;

        while (slot < SLOT_COUNT && strcmp(slot_keys[slot].key, node->items[i]->key) != 0) {
            slot++;
        }
        if (slot == SLOT_COUNT) {
            report_slot(r, node->items[i]);
        } else {
            MPCF_TRY(read_slot(r, &slot_keys[slot], node->items[i]));
        }
    }
    return MPCF_OK;
}
