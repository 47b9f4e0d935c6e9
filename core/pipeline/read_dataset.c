/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the section dataset, and asks the reader what its task is. */
#include "pipeline/read_dataset.h"

#include <string.h>

#include "metrics/metrics.h"
#include "pipeline/model_task.h"
#include "pipeline/offer_labels.h"

/* A checkpoint of another task: the data gives it texts, and no labels to compare with. */
static void take_labels(struct pipeline *p)
{
    if (p->model_labels == p->task.classes) {
        p->model_labels = 0;
    }
    if (p->model_labels != 0) {
        p->task.classes = p->model_labels;
        p->task.label_names = NULL;
        p->task.metrics[0] = NULL;
        p->task.test_splits = NULL;
        p->task.answer_words = NULL;
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

    r->p->task = (mpcf_task){.struct_size = sizeof(mpcf_task), .data_path = r->p->dataset_path};
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
    static const char *const own[] = {"reader",      "path",    "max_length",
                                      "keep_tokens", "options", NULL};
    struct component_use *use = &r->p->dataset;
    const struct yaml_node *nested = yaml_get(node, "options"), *merged = NULL;
    const size_t before = yaml_problems_count(r->problems);

    if (nested != NULL && nested->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, nested, "dataset.options: expected a mapping");
    }
    MPCF_TRY(reader_merge(r, node, nested, &merged));
    MPCF_TRY(reader_config(r, COMPONENT_DATASET, use, merged, node, own, &use->config));
    MPCF_TRY(offer_labels(r, use->config));
    return yaml_problems_count(r->problems) == before ? describe_task(r, node) : MPCF_OK;
}

/* Only the section's own keys, so that the reader's are left to its table. */
static mpcf_status own_keys(struct pipeline_reader *r, const struct yaml_node *node,
                            const struct yaml_node **out)
{
    static const char *const keys[] = {"reader", "path", "max_length", "keep_tokens"};
    const size_t count = sizeof keys / sizeof *keys;
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
    own->items = arena_alloc(r->p->memory->arena, count, sizeof(struct yaml_node *));
    if (own->items == NULL) {
        return reader_no_memory(r);
    }
    for (size_t i = 0; i < count; i++) {
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

    if (node == NULL) {
        return model_task_read(r);
    }
    if (r->p->max_length != 0) { /* the model's, which is read before */
        yaml_problem(
            r->problems, yaml_get(yaml_get(r->root, "model"), "max_length"),
            "model.max_length is for files without a dataset: here dataset.max_length says it");
    }
    MPCF_TRY(own_keys(r, node, &own));
    MPCF_TRY(reader_section(r, SCHEMA_DATASET, own, &settings));
    r->p->dataset_path = settings.path;
    r->p->max_length = settings.max_length;
    r->p->keep_tokens = settings.keep_tokens;
    if (settings.reader == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(
        reader_component(r, COMPONENT_DATASET, yaml_get(node, "reader"), settings.reader, use));
    return use->descriptor == NULL ? MPCF_OK : read_dataset_options(r, node);
}
