/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wins the accuracy back: the student learns first the teacher's embedding, scores and hidden
 * states, then its prediction (MPCFormer, section 4.3).
 */
#include "stages/distill.h"

#include <math.h>

#include "base/digest.h"
#include "base/memory.h"
#include "network/loaded_network.h"
#include "pipeline/layer_match.h"
#include "pipeline/output.h"
#include "stages/gauge_student.h"
#include "stages/kept_weights.h"
#include "stages/measured.h"
#include "stages/public_folder.h"
#include "stages/random_weights.h"
#include "stages/record.h"
#include "stages/student_reference.h"
#include "stages/training.h"
#include "stages/warnings.h"

struct pupils {
    struct loaded_network student, teacher;
};

static mpcf_status learn_layers(struct stage_context *c, const char *key, struct pupils *p,
                                mpcf_error *err)
{
    const struct distill_settings *s = &c->pipeline->distill;
    struct training_request request = {.name = "distill.layers",
                                       .title = "distill: layers",
                                       .key = key,
                                       .loss = LOSS_LAYERS,
                                       .match = layer_match_of(&s->layers),
                                       .settings = &s->layers.training,
                                       .dropout =
                                           s->layers.training.dropout > 0 || s->teacher_dropout,
                                       .examples = (size_t) s->examples,
                                       .student = &p->student,
                                       .teacher = &p->teacher,
                                       .evaluate_epochs = true};

    return s->layers.training.epochs > 0 ? training_stage(c, &request, err) : MPCF_OK;
}

static mpcf_status learn_prediction(struct stage_context *c, const char *key, struct pupils *p,
                                    mpcf_error *err)
{
    const struct distill_settings *s = &c->pipeline->distill;
    struct training_request request = {
        .name = "distill.prediction",
        .title = "distill: prediction",
        .key = key,
        .loss = s->prediction.loss == PREDICTION_SOFT ? LOSS_PREDICTION_SOFT : LOSS_PREDICTION_MSE,
        .temperature = s->prediction.temperature,
        .settings = &s->prediction.training,
        .dropout = s->prediction.training.dropout > 0 || s->teacher_dropout,
        .examples = (size_t) s->examples,
        .student = &p->student,
        .teacher = &p->teacher,
        .evaluate_epochs = true};

    return s->prediction.training.epochs > 0 ? training_stage(c, &request, err) : MPCF_OK;
}

/* The layers' result is kept, so that an interruption of the second part does not cost the first. */
static mpcf_status learn(struct stage_context *c, const char *key, struct pupils *p,
                         const char *student, mpcf_error *err)
{
    char *between = output_path(c->pipeline, "stages/distill.layers.safetensors");
    mpcf_status status = between != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK && !kept_weights_restore(between, key, p->student.parameters)) {
        status = stage_explain_measured(c, &p->student, learn_layers(c, key, p, err), err);
        if (status == MPCF_OK) {
            status = kept_weights_save(between, key, p->student.parameters, err);
        }
    }
    if (status == MPCF_OK) {
        status = stage_explain_measured(c, &p->student, learn_prediction(c, key, p, err), err);
    }
    if (status == MPCF_OK) {
        status = stage_gauge(STAGE_DISTILL, &p->student, err);
    }
    if (status == MPCF_OK) {
        status = training_evaluate(c, &p->student, "student", err);
    }
    if (status == MPCF_OK) {
        status = stage_begin_writing(c, STAGE_DISTILL, err);
    }
    if (status == MPCF_OK) {
        status = stage_save(c, &p->student, student, err);
    }
    if (status == MPCF_OK) {
        status = public_folder_write(c, &p->student, student, err);
    }
    if (status == MPCF_OK) {
        kept_weights_remove(between);
    }
    mpcf_free(between);
    return status;
}

/* One dropout for the graph of both parts: the parts that have none run with it switched off. */
static double student_dropout(const struct distill_settings *s)
{
    double layers = s->layers.training.dropout, prediction = s->prediction.training.dropout;

    return fmax(fmax(layers, prediction), 0);
}

/* As convert measured them, where it did, of the same teacher and the same stand-ins. */
static mpcf_status measure(struct stage_context *c, struct loaded_network *student,
                           const struct stage_keys *keys, mpcf_error *err)
{
    char converted[FILE_DIGEST_SIZE] = "";

    stage_converted_key(c, keys->teacher, converted);
    return stage_measure(c, student, converted[0] != '\0' ? converted : keys->all, err);
}

static mpcf_status distill(struct stage_context *c, const struct stage_keys *keys,
                           const char *teacher, const char *student, mpcf_error *err)
{
    const struct distill_settings *s = &c->pipeline->distill;
    struct pupils p = {0};
    mpcf_status status = loaded_network_open_trainable(
        c->pipeline, teacher, FUNCTIONS_EXACT, s->teacher_dropout ? -1 : 0, &p.teacher, err);

    if (status == MPCF_OK) {
        status = loaded_network_open_trainable(c->pipeline, teacher, FUNCTIONS_APPROXIMATED,
                                               student_dropout(s), &p.student, err);
    }
    if (status == MPCF_OK && c->pipeline->convert.init == INIT_RANDOM) {
        stage_randomise(c->pipeline, &p.student);
    }
    if (status == MPCF_OK) {
        status = measure(c, &p.student, keys, err);
    }
    if (status == MPCF_OK) {
        status = learn(c, keys->all, &p, student, err);
    }
    loaded_network_clear(&p.student);
    loaded_network_clear(&p.teacher);
    return status;
}

static mpcf_status keys_of(struct stage_context *c, const char *teacher, struct stage_keys *keys,
                           mpcf_error *err)
{
    char extra[4 * FILE_DIGEST_SIZE], *folder = keys->teacher;
    char data[FILE_DIGEST_SIZE], ranges[FILE_DIGEST_SIZE];

    MPCF_TRY(stage_folder_digest(teacher, folder, err));
    MPCF_TRY(stage_data_digest(c, (size_t) c->pipeline->calibrate.examples, ranges, err));
    MPCF_TRY(stage_data_digest(c, (size_t) c->pipeline->distill.examples, data, err));
    (void) snprintf(extra, sizeof extra, "%s %s %s", folder, data, ranges);
    MPCF_TRY(stage_key(c, STAGE_DISTILL, extra, keys->all, err));
    (void) snprintf(extra, sizeof extra, "%s %s", folder, data);
    return stage_weights_key(c, STAGE_DISTILL, extra, keys->weights, err);
}

static mpcf_status run(struct stage_context *c, const char *teacher, const char *student,
                       mpcf_error *err)
{
    struct stage_keys keys = {0};
    bool done = false;

    MPCF_TRY(keys_of(c, teacher, &keys, err));
    MPCF_TRY(stage_is_done(c, STAGE_DISTILL, keys.all, &done, err));
    if (!done) {
        MPCF_TRY(public_folder_write_anew(c, STAGE_DISTILL, &keys, student, &done, err));
    }
    if (done) {
        return MPCF_OK;
    }
    MPCF_TRY(stage_warn_of_same_rows(c, (size_t) c->pipeline->distill.examples, err));
    MPCF_TRY(distill(c, &keys, teacher, student, err));
    return stage_mark_made(c, STAGE_DISTILL, &keys, err);
}

mpcf_status stage_distill(struct stage_context *c, mpcf_error *err)
{
    char *teacher = output_teacher(c->pipeline), *student = output_path(c->pipeline, "student");
    mpcf_status status = teacher != NULL && student != NULL ? run(c, teacher, student, err)
                                                            : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(teacher);
    mpcf_free(student);
    return status == MPCF_OK ? student_reference(c, STAGE_DISTILL, err) : status;
}
