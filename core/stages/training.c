/* SPDX-License-Identifier: Apache-2.0 */
/* A training run as the stages use it: trainer, epochs, evaluation, and what the report gets. */
#include "stages/training.h"

#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "network/answer_order.h"
#include "network/evaluate.h"
#include "network/judged.h"
#include "pipeline/output.h"
#include "report/report.h"
#include "stages/warnings.h"
#include "train/run.h"

enum { SAVE_SECONDS = 120, EVALUATION_BATCH = 32 };

static void log_metrics(const char *title, json_t *metrics)
{
    struct text_buffer line = {0};
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(metrics, name, value)
    {
        text_printf(&line, "  %s %.4f", name, json_number_value(value));
    }
    if (!line.failed && line.data != NULL) {
        log_line(LOG_INFO, "%s:%s", title, line.data);
    }
    text_clear(&line);
}

/* A teacher that answers in another order is told that alone; distill may yet win a converted student's answers
 * back. */
static mpcf_status warn_of(struct stage_context *c, const struct loaded_network *n,
                           const char *network, const struct corpus *corpus, const float *logits,
                           mpcf_error *err)
{
    const bool is_teacher = strcmp(network, "teacher") == 0;
    struct text_buffer text = {0};
    struct class_order order;
    bool is_told =
        !is_teacher && strcmp(network, "converted") == 0 && c->pipeline->has_stage[STAGE_DISTILL];

    if (is_teacher && answer_order_judge(corpus, logits, c->pipeline->task.classes, &order)) {
        answer_order_tell(&c->pipeline->task, &order, n->config, network, &text);
        is_told = text.length > 0;
    }
    if (is_teacher) {
        MPCF_TRY(stage_warn(c, "teacher.order", &text, err));
    }
    return stage_warn_of_guessing(c, network, is_told, err);
}

static mpcf_status judge(struct stage_context *c, const struct loaded_network *n,
                         const struct corpus *corpus, const char *network, mpcf_error *err)
{
    const size_t classes = c->pipeline->task.classes;
    struct judged judged = {.corpus = corpus, .count = corpus->count, .width = classes};
    float *logits = mpcf_alloc_array(corpus->count * classes, sizeof *logits);
    mpcf_status status = MPCF_OK;

    if (logits == NULL) {
        return mpcf_fail_memory(err, corpus->count * classes * sizeof *logits, "logits");
    }
    judged.answers = logits;
    status = evaluate_logits(n->network->graph, n->parameters, corpus, EVALUATION_BATCH, classes,
                             network, logits, err);
    if (status == MPCF_OK) {
        status = judged_report(c->report, network, &judged, err);
    }
    if (status == MPCF_OK) {
        status = warn_of(c, n, network, corpus, logits, err);
    }
    mpcf_free(logits);
    return status;
}

mpcf_status training_evaluate(struct stage_context *c, const struct loaded_network *n,
                              const char *network, mpcf_error *err)
{
    const struct corpus *evaluation = NULL;

    MPCF_TRY(stage_evaluation_split(c, &evaluation, err));
    MPCF_TRY(judge(c, n, evaluation, network, err));
    log_metrics(network, json_object_get(json_object_get(c->report, network), "metrics"));
    return MPCF_OK;
}

/* What is told after each epoch. */
struct evaluator {
    struct stage_context *context;
    const struct training_request *request;
};

/* Epochs of an earlier run, which may have had more of them. */
static void forget_epochs(json_t *report, const char *name)
{
    char path[96];

    (void) snprintf(path, sizeof path, "training.%s.epochs", name);
    report_drop(report, path);
}

/* The report is written, so that an interrupted run keeps its epochs and a person sees them come. */
static mpcf_status after_epoch(void *context, uint64_t epoch, mpcf_error *err)
{
    const struct evaluator *evaluator = context;
    struct stage_context *c = evaluator->context;
    const struct loaded_network *n = evaluator->request->student;
    const struct corpus *evaluation = NULL;
    json_t *metrics = NULL;
    char title[128], path[128];

    (void) snprintf(title, sizeof title, "%s, after epoch %llu", evaluator->request->title,
                    (unsigned long long) epoch);
    (void) snprintf(path, sizeof path, "training.%s.epochs.%llu", evaluator->request->name,
                    (unsigned long long) epoch);
    MPCF_TRY(stage_evaluation_split(c, &evaluation, err));
    MPCF_TRY(evaluate_network(n->network->graph, n->parameters, evaluation, EVALUATION_BATCH,
                              c->pipeline->task.classes, title, &metrics, err));
    log_metrics(title, metrics);
    if (epoch == 1) {
        forget_epochs(c->report, evaluator->request->name);
    }
    MPCF_TRY(report_set(c->report, path, metrics, err));
    return stage_write_report(c, err);
}

static mpcf_status create_trainer(struct stage_context *c, const struct training_request *r,
                                  const struct corpus *corpus, struct trainer **out,
                                  mpcf_error *err)
{
    struct trainer_setup setup = {.graph = r->student->network->graph,
                                  .parameters = r->student->parameters,
                                  .teacher = r->teacher != NULL ? r->teacher->network->graph : NULL,
                                  .teacher_parameters =
                                      r->teacher != NULL ? r->teacher->parameters : NULL,
                                  .loss = r->loss,
                                  .match = r->match,
                                  .temperature = r->temperature,
                                  .teacher_dropout = c->pipeline->distill.teacher_dropout,
                                  .classes = c->pipeline->task.classes,
                                  .batch = (size_t) r->settings->batch,
                                  .tokens = corpus->longest};

    adamw_options_default(&setup.adamw);
    setup.adamw.weight_decay = r->settings->weight_decay;
    setup.adamw.clip_norm = r->settings->clip;
    return trainer_create(&setup, out, err);
}

static struct training_options options_of(const struct stage_context *c,
                                          const struct training_request *r, const char *state,
                                          struct evaluator *evaluator)
{
    const struct training_settings *s = r->settings;

    return (struct training_options){.stage = r->title,
                                     .epochs = (uint64_t) s->epochs,
                                     .batch = (size_t) s->batch,
                                     .learning_rate = s->learning_rate,
                                     .schedule = (enum schedule_kind) s->schedule,
                                     .warmup = s->warmup,
                                     .dropout = r->dropout,
                                     .seed = (uint64_t) c->pipeline->seed,
                                     .state = state,
                                     .key = r->key,
                                     .save_seconds = SAVE_SECONDS,
                                     .after_epoch = r->evaluate_epochs ? after_epoch : NULL,
                                     .context = evaluator};
}

/* Losses and speed under NAME ("distill.layers"). */
static mpcf_status report_training(json_t *report, const char *name, const struct training_log *log,
                                   uint64_t steps_per_epoch, size_t examples, mpcf_error *err)
{
    char path[96];

    report_drop_losses(report, name, 0);
    for (size_t i = 0; i < log->count; i++) {
        MPCF_TRY(report_add_loss(report, name, log->points[i].step,
                                 (double) log->points[i].step / (double) steps_per_epoch,
                                 log->points[i].loss, err));
    }
    (void) snprintf(path, sizeof path, "training.%s.examples", name);
    MPCF_TRY(report_set_count(report, path, examples, err));
    (void) snprintf(path, sizeof path, "training.%s.examples_per_second", name);
    MPCF_TRY(report_set_real(report, path, log->examples_per_second, err));
    (void) snprintf(path, sizeof path, "training.%s.seconds", name);
    return report_set_real(report, path, log->seconds, err);
}

mpcf_status training_stage(struct stage_context *c, const struct training_request *r,
                           mpcf_error *err)
{
    const struct corpus *corpus = NULL;
    struct trainer *trainer = NULL;
    struct evaluator evaluator = {c, r};
    struct training_log log;
    char name[128];
    char *state = NULL;
    mpcf_status status = stage_training_split(c, r->examples, &corpus, err);

    (void) snprintf(name, sizeof name, "stages/%s.state", r->name);
    state = output_path(c->pipeline, name);
    if (status == MPCF_OK) {
        status = state != NULL ? create_trainer(c, r, corpus, &trainer, err)
                               : mpcf_fail_memory(err, 0, "a path");
    }
    if (status == MPCF_OK) {
        struct training_options options = options_of(c, r, state, &evaluator);

        status = training_run(trainer, r->student->parameters, corpus, &options, &log, err);
    }
    if (status == MPCF_OK) {
        const uint64_t epochs = (uint64_t) r->settings->epochs;

        status = report_training(c->report, r->name, &log, epochs > 0 ? log.steps / epochs : 0,
                                 corpus->count, err);
    }
    trainer_destroy(trainer);
    mpcf_free(state);
    return status;
}
