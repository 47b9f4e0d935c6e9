/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the section stages, and fills in what the paper has for the task.
 */
#include "pipeline/read_stages.h"

#include <math.h>
#include <string.h>

#include "lower/lower_options.h"
#include "pipeline/padded_length.h"
#include "pipeline/paper.h"
#include "pipeline/read_network.h"

static void take_paper_values(const struct pipeline *p, struct training_settings *t)
{
    if (t->epochs < 0) {
        t->epochs = pipeline_paper_epochs(p->task.name);
    }
    if (t->batch < 0) {
        t->batch = pipeline_paper_batch(p->task.name);
    }
}

static void check_training(struct pipeline_reader *r, const struct yaml_node *node,
                           struct training_settings *t)
{
    take_paper_values(r->p, t);
    if (t->batch == 0) {
        yaml_problem(r->problems, yaml_get(node, "batch"),
                     "batch: at least 1, or -1 for the "
                     "paper's");
    }
    if (t->dropout < 0 && t->dropout != -1) {
        yaml_problem(r->problems, yaml_get(node, "dropout"), "dropout: 0 to 0.9, or -1");
    }
}

static mpcf_status read_distill(struct pipeline_reader *r, const struct yaml_node *node)
{
    struct distill_settings *d = &r->p->distill;
    const struct yaml_node *layers = yaml_get(node, "layers");
    const struct yaml_node *prediction = yaml_get(node, "prediction");
    struct layers_settings layer_values;
    struct prediction_settings prediction_values;

    MPCF_TRY(reader_section(r, SCHEMA_DISTILL, node, d));
    MPCF_TRY(reader_section(r, SCHEMA_LAYERS, layers, &layer_values));
    MPCF_TRY(reader_section(r, SCHEMA_PREDICTION, prediction, &prediction_values));
    check_training(r, layers, &layer_values.training);
    check_training(r, prediction, &prediction_values.training);
    if (layer_values.training.epochs > 0 && !layer_values.match_embedding &&
        !layer_values.match_attention && !layer_values.match_hidden) {
        yaml_problem(r->problems, layers,
                     "layers: nothing is matched, neither embedding nor attention nor hidden "
                     "states; epochs: 0 leaves the step out");
    }
    if (prediction_values.loss == PREDICTION_SOFT && r->p->task.classes == 1) {
        yaml_problem(r->problems, yaml_get(prediction, "loss"),
                     "loss: soft labels need classes, and the task has one score; use mse");
    }
    d->layers = layer_values;
    d->prediction = prediction_values;
    return MPCF_OK;
}

static mpcf_status read_finetune(struct pipeline_reader *r, const struct yaml_node *node)
{
    MPCF_TRY(reader_section(r, SCHEMA_FINETUNE, node, &r->p->finetune));
    check_training(r, node, &r->p->finetune.training);
    if (r->p->finetune.training.epochs == 0) {
        yaml_problem(
            r->problems, yaml_get(node, "epochs"),
            "epochs: at least 1; without stages.finetune the model is the teacher as it is");
    }
    return MPCF_OK;
}

static void check_buckets(struct pipeline_reader *r, const struct yaml_node *node)
{
    const struct infer_settings *s = &r->p->infer;

    for (size_t i = 0; i < s->buckets.count; i++) {
        const double length = s->buckets.items[i];

        if (length != floor(length) || (i > 0 && length <= s->buckets.items[i - 1])) {
            yaml_problem(r->problems, yaml_get(node, "buckets"),
                         "buckets: expected whole numbers, ascending");
            return;
        }
    }
    if (s->buckets.count >= PADDED_LENGTHS_MAX) {
        yaml_problem(r->problems, yaml_get(node, "buckets"), "buckets: %zu of them, at most %d",
                     s->buckets.count, PADDED_LENGTHS_MAX - 1);
    }
}

/* What the lowering would refuse when all stages before it have run. */
static void check_lowering(struct pipeline_reader *r, const struct yaml_node *node)
{
    const struct infer_settings *s = &r->p->infer;
    const struct lower_options options = {.value_fraction = (unsigned) s->value_fraction,
                                          .weight_fraction = (unsigned) s->weight_fraction,
                                          .reveal_fraction = (unsigned) s->logit_fraction};
    const struct yaml_node *logits = yaml_get(node, "logit_fraction");

    switch (lower_options_limit(&options, (size_t) s->batch, s->length == LENGTH_EXACT)) {
    case LOWER_REVEALS_BEYOND_VALUES:
        yaml_problem(r->problems, logits != NULL ? logits : yaml_get(node, "value_fraction"),
                     "logit_fraction: %u%s, at most value_fraction, which is %u%s",
                     options.reveal_fraction, logits == NULL ? " where it is not given" : "",
                     options.value_fraction,
                     yaml_get(node, "value_fraction") == NULL ? " where it is not given" : "");
        break;
    case LOWER_BATCH_OF_EXACT:
        yaml_problem(r->problems, yaml_get(node, "batch"),
                     "batch: 1 with `length: exact`: texts of a batch have one padded length");
        break;
    case LOWER_FITS:
        break;
    }
}

static void check_reveal(struct pipeline_reader *r, const struct yaml_node *node)
{
    if (r->p->infer.reveal == REVEAL_LABEL && r->p->task.classes == 1) {
        yaml_problem(r->problems, yaml_get(node, "reveal"),
                     "reveal: label needs classes, and the task has one score; use logits");
    }
}

static void check_masks(struct pipeline_reader *r, const struct yaml_node *node)
{
    const struct infer_settings *s = &r->p->infer;

    if (s->weight_masks == MASKS_KEPT && s->weights == WEIGHTS_SHARED) {
        yaml_problem(r->problems, yaml_get(node, "weight_masks"),
                     "weight_masks: kept is for `weights: held`; with shared ones no mask of a "
                     "weight is used for more than an inference");
    }
}

/* A batch is asked as a whole. */
static void check_questions(struct pipeline_reader *r, const struct yaml_node *node)
{
    const struct infer_settings *s = &r->p->infer;
    const struct yaml_node *where = yaml_get(node, "max_questions");

    if (s->max_questions == 0) {
        return;
    }
    if (s->batch > s->max_questions) {
        yaml_problem(r->problems, where,
                     "max_questions: %lld is less than a batch of %lld, which counts whole",
                     (long long) s->max_questions, (long long) s->batch);
    } else if (s->examples > s->max_questions) {
        yaml_problem(r->problems, where,
                     "max_questions: examples asks for %lld, and the provider would answer %lld",
                     (long long) s->examples, (long long) s->max_questions);
    }
}

static void check_test_predictions(struct pipeline_reader *r, const struct yaml_node *node)
{
    const struct pipeline *p = r->p;

    if (p->infer.test_predictions && p->task.name != NULL && p->task.test_splits == NULL) {
        yaml_problem(
            r->problems, yaml_get(node, "test_predictions"),
            p->model_labels != 0
                ? "test_predictions: model.labels is not the number of classes of the task '%s'"
                : "test_predictions: no benchmark takes predictions of the task '%s'",
            p->task.name);
    }
}

/* Yes and no are answers, too. */
static void settle_checks(struct infer_settings *s)
{
    s->check_ranges = s->check_ranges == CHECKS_FALSE  ? CHECKS_OFF
                      : s->check_ranges == CHECKS_TRUE ? CHECKS_ALL
                                                       : s->check_ranges;
}

static mpcf_status read_infer(struct pipeline_reader *r, const struct yaml_node *node)
{
    struct infer_settings *s = &r->p->infer;

    MPCF_TRY(reader_section(r, SCHEMA_INFER, node, s));
    settle_checks(s);
    MPCF_TRY(read_network(r, yaml_get(node, "network")));
    check_buckets(r, node);
    check_lowering(r, node);
    check_reveal(r, node);
    check_masks(r, node);
    check_questions(r, node);
    check_test_predictions(r, node);
    if (*s->store == '\0' && r->p->output != NULL) {
        s->store = arena_format(r->p->memory->arena, "%s/store", r->p->output);
        if (s->store == NULL) {
            return reader_no_memory(r);
        }
    }
    return MPCF_OK;
}

static void check_stage_names(struct pipeline_reader *r, const struct yaml_node *stages)
{
    static const char *const names[] = {"finetune", "convert", "distill", "infer", "calibrate"};
    const size_t count = sizeof names / sizeof *names;

    for (size_t i = 0; stages != NULL && i < stages->count; i++) {
        const char *key = stages->items[i]->key, *near;
        bool known = false;

        for (size_t j = 0; j < count; j++) {
            known = known || strcmp(key, names[j]) == 0;
        }
        if (known) {
            continue;
        }
        near = text_nearest(key, names, count);
        yaml_problem_key(r->problems, stages->items[i], "there is no stage '%s'; %s%s%s", key,
                         near == NULL ? "stages are finetune, convert, distill, calibrate, infer"
                                      : "did you mean '",
                         near == NULL ? "" : near, near == NULL ? "" : "'?");
    }
}

/* `stages: {convert: }` and `{convert: {}}` both ask for the stage with its defaults. */
static const struct yaml_node *stage_node(const struct yaml_node *stages, const char *name)
{
    const struct yaml_node *node = yaml_get(stages, name);

    if (node != NULL && node->kind == YAML_NODE_SCALAR && !node->quoted && *node->text == '\0') {
        return NULL;
    }
    return node;
}

/* Infer runs without where another asks: provider, dealer, `predict`. */
static void check_dataset(struct pipeline_reader *r, const struct yaml_node *stages)
{
    static const char *const uses[STAGE_COUNT] = {
        [STAGE_FINETUNE] = "learns from its rows",
        [STAGE_CONVERT] = "measures ranges on its rows",
        [STAGE_DISTILL] = "learns from its rows",
    };

    for (size_t i = 0; yaml_get(r->root, "dataset") == NULL && i < STAGE_COUNT; i++) {
        const char *name = pipeline_stage_name((enum pipeline_stage) i);

        if (r->p->has_stage[i] && uses[i] != NULL) {
            yaml_problem_key(r->problems, yaml_get(stages, name),
                             "%s %s, and there is no dataset: {reader: .., path: ..}", name,
                             uses[i]);
        }
    }
}

mpcf_status read_stages(struct pipeline_reader *r)
{
    const struct yaml_node *stages = yaml_get(r->root, "stages");

    if (stages != NULL && stages->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, stages, "stages: expected a mapping of stages");
        stages = NULL;
    }
    check_stage_names(r, stages);
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        r->p->has_stage[i] = yaml_get(stages, pipeline_stage_name((enum pipeline_stage) i)) != NULL;
    }
    check_dataset(r, stages);
    r->p->stages = stages != NULL ? stages : r->root;
    MPCF_TRY(read_finetune(r, stage_node(stages, "finetune")));
    if (r->p->has_stage[STAGE_FINETUNE] && r->p->model_labels != 0) {
        yaml_problem(r->problems, yaml_get(stages, "finetune"),
                     "finetune: model.labels is %zu, so the task's labels cannot be learnt",
                     r->p->model_labels);
    }
    MPCF_TRY(reader_section(r, SCHEMA_CONVERT, stage_node(stages, "convert"), &r->p->convert));
    MPCF_TRY(read_distill(r, stage_node(stages, "distill")));
    MPCF_TRY(
        reader_section(r, SCHEMA_CALIBRATE, stage_node(stages, "calibrate"), &r->p->calibrate));
    return read_infer(r, stage_node(stages, "infer"));
}
