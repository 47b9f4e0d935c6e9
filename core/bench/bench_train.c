/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times the steps of each training stage on a pipeline's model and data, after a warm-up.
 */
#include "bench/bench_train.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "corpus/batches.h"
#include "format/json.h"
#include "network/loaded_network.h"
#include "network/measure_rows.h"
#include "stages/context.h"
#include "train/trainer.h"

enum { WARMUP_STEPS = 5 };

struct stage_row {
    const char *name;
    enum loss_kind loss;
    enum network_functions functions;
};

static const struct stage_row rows[BENCH_TRAIN_STAGES] = {
    {"finetune", LOSS_LABELS, FUNCTIONS_EXACT},
    {"distill.layers", LOSS_LAYERS, FUNCTIONS_APPROXIMATED},
    {"distill.prediction", LOSS_PREDICTION_MSE, FUNCTIONS_APPROXIMATED},
};

struct bench {
    const struct bench_train_request *request;
    const struct corpus *corpus;
    struct loaded_network student, teacher;
    struct trainer *trainer;
    struct batches *batches;
};

static const struct training_settings *settings_of(const struct pipeline *p, size_t which)
{
    const struct training_settings *all[BENCH_TRAIN_STAGES] = {
        &p->finetune.training, &p->distill.layers.training, &p->distill.prediction.training};

    return all[which];
}

static mpcf_status open_networks(struct bench *b, const struct stage_row *row, mpcf_error *err)
{
    const struct pipeline *p = b->request->pipeline;
    double dropout = row->loss == LOSS_LABELS ? p->finetune.training.dropout : 0;

    MPCF_TRY(
        loaded_network_open_trainable(p, p->model_path, row->functions, dropout, &b->student, err));
    if (row->loss == LOSS_LABELS) {
        return MPCF_OK;
    }
    MPCF_TRY(
        network_measure(&b->student, b->corpus, (size_t) p->convert.measure_rows, NULL, NULL, err));
    return loaded_network_open_trainable(p, p->model_path, FUNCTIONS_EXACT, 0, &b->teacher, err);
}

static mpcf_status create_trainer(struct bench *b, const struct stage_row *row,
                                  const struct training_settings *s, mpcf_error *err)
{
    bool has_teacher = row->loss != LOSS_LABELS;
    struct trainer_setup setup = {.graph = b->student.network->graph,
                                  .parameters = b->student.parameters,
                                  .teacher = has_teacher ? b->teacher.network->graph : NULL,
                                  .teacher_parameters = b->teacher.parameters,
                                  .loss = row->loss,
                                  .match = {.embedding = true, .hidden = true, .scores = true},
                                  .classes = b->request->pipeline->task.classes,
                                  .batch = (size_t) s->batch,
                                  .tokens = b->corpus->longest};

    adamw_options_default(&setup.adamw);
    MPCF_TRY(batches_create(b->corpus, (size_t) s->batch, &b->batches, err));
    batches_shuffle(b->batches, 1, 0);
    return trainer_create(&setup, &b->trainer, err);
}

static mpcf_status one_step(struct bench *b, uint64_t step, struct bench_train_line *line,
                            mpcf_error *err)
{
    static const double rate = 1e-6; /* small: the weights stay what they are */
    struct labelled_batch batch;
    struct trainer_result result;

    if (interrupt_pending()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped");
    }
    batches_get(b->batches, step % batches_count(b->batches), &batch);
    batch.inputs.dropout_seed = step + 1;
    MPCF_TRY(trainer_step(b->trainer, &batch.inputs, batch.labels, rate, &result, err));
    line->steps++;
    line->examples += batch.inputs.batch;
    line->tokens_per_second += (double) (batch.inputs.batch * batch.inputs.tokens);
    return MPCF_OK;
}

static mpcf_status measure(struct bench *b, struct bench_train_line *line, mpcf_error *err)
{
    struct bench_train_line warm = {0};
    uint64_t step = 0;
    int64_t began_ns = 0;

    while (step < WARMUP_STEPS) {
        MPCF_TRY(one_step(b, step++, &warm, err));
    }
    began_ns = clock_now_ns();
    while (line->seconds < b->request->seconds) {
        MPCF_TRY(one_step(b, step++, line, err));
        line->seconds = clock_seconds_since(began_ns);
    }
    line->examples_per_second = (double) line->examples / line->seconds;
    line->tokens_per_second /= line->seconds;
    return MPCF_OK;
}

static mpcf_status bench_stage(const struct bench_train_request *request,
                               const struct corpus *corpus, size_t which,
                               struct bench_train_line *line, mpcf_error *err)
{
    struct bench b = {.request = request, .corpus = corpus};
    mpcf_status status = open_networks(&b, &rows[which], err);

    *line = (struct bench_train_line){.stage = rows[which].name};
    if (status == MPCF_OK) {
        status = create_trainer(&b, &rows[which], settings_of(request->pipeline, which), err);
    }
    if (status == MPCF_OK) {
        status = measure(&b, line, err);
    }
    trainer_destroy(b.trainer);
    batches_destroy(b.batches);
    loaded_network_clear(&b.student);
    loaded_network_clear(&b.teacher);
    return status;
}

static mpcf_status write_json(const char *path, const struct bench_train_line *lines,
                              mpcf_error *err)
{
    const size_t begun = json_begin();
    json_t *root = json_object();

    for (size_t i = 0; i < BENCH_TRAIN_STAGES; i++) {
        (void) json_object_set_new(
            root, lines[i].stage,
            json_pack("{s:f, s:f, s:I, s:f}", "examples_per_second", lines[i].examples_per_second,
                      "tokens_per_second", lines[i].tokens_per_second, "steps",
                      (json_int_t) lines[i].steps, "seconds", lines[i].seconds));
    }
    root = json_end(root, begun);
    mpcf_status status =
        root != NULL ? json_write_file(path, root, err) : mpcf_fail_memory(err, 0, path);
    json_decref(root);
    return status;
}

mpcf_status bench_train(const struct bench_train_request *request,
                        struct bench_train_line lines[BENCH_TRAIN_STAGES], mpcf_error *err)
{
    struct stage_context context = {.pipeline = request->pipeline};
    const struct corpus *corpus = NULL;
    mpcf_status status = stage_training_split(&context, request->rows, &corpus, err);

    for (size_t i = 0; status == MPCF_OK && i < BENCH_TRAIN_STAGES; i++) {
        status = bench_stage(request, corpus, i, &lines[i], err);
    }
    if (status == MPCF_OK && request->json != NULL) {
        status = write_json(request->json, lines, err);
    }
    stage_context_clear(&context);
    return status;
}
