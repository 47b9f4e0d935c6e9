/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each stage keeps at once: floats of the networks, their gradients and moments, the buffers of the engines
 * as these would lay them out, and of a secure run what its program says.
 */
#include "check/check_memory.h"

#include "base/log.h"
#include "base/machine_memory.h"
#include "pass/measure_frontier.h"
#include "pass/pass.h"
#include "pass/token_rows.h"
#include "pipeline/layer_match.h"
#include "secure/memory_need.h"

enum {
    SHORTEST = 8,         /* tokens of a text that is short anywhere */
    EVALUATED = 32,       /* texts of a batch that is evaluated */
    MEASURED = 16,        /* texts of a batch whose constants are measured */
    CALIBRATED = 2048,    /* tokens of a batch whose ranges are measured */
    FLOATS_OF_TRAINED = 4 /* value, gradient, two moments */
};

/* What one stage needs with the longest texts, and with short ones. */
struct need {
    const char *stage, *key;
    uint64_t most, least;
};

static void say(struct check *c, const struct need *n)
{
    const struct machine_memory machine = machine_memory();
    const double gb = 1e9;

    c->facts->machine_memory = machine.all;
    if (n->most > c->facts->memory) {
        c->facts->memory = n->most;
        c->facts->memory_of = n->stage;
    }
    if (n->least > machine.all) {
        yaml_problem(c->problems, key_place(c->p, n->key),
                     "%s: needs about %.1f GB of memory, and the machine has %.1f GB", n->stage,
                     (double) n->least / gb, (double) machine.all / gb);
    } else if (n->most > machine.free) {
        log_line(LOG_WARN,
                 "%s: %s needs about %.1f GB of memory where texts have %lld tokens; of %.1f GB "
                 "%.1f GB are free. A smaller batch or dataset.max_length needs less",
                 c->p->file, n->stage, (double) n->most / gb, (long long) c->p->max_length,
                 (double) machine.all / gb, (double) machine.free / gb);
    }
}

/* Buffers of an engine for BATCH texts of LENGTH tokens, NARROW: of what logits need alone. */
static mpcf_status engine_bytes(const mpcf_graph *g, bool narrow, enum float_mode mode,
                                size_t batch, size_t length, uint64_t *bytes, mpcf_error *err)
{
    mpcf_graph *less = NULL;
    struct parameters *outline = NULL;
    size_t size = 0;
    mpcf_status status = narrow ? pass_token_rows(g, &less, err) : MPCF_OK;

    if (status == MPCF_OK) {
        status = parameters_outline(narrow ? less : g, mode == FLOAT_TRAIN, &outline, err);
    }
    if (status == MPCF_OK) {
        status = float_engine_measure(narrow ? less : g, outline, mode, batch, length, &size, err);
    }
    parameters_destroy(outline);
    graph_destroy(less);
    *bytes += size;
    return status;
}

/* One training: an engine that keeps what backward needs, a teacher's, one that evaluates in between. */
struct training {
    const char *stage, *key;
    size_t batch;
    bool has_teacher, whole; /* whole: hidden states are matched, too */
};

static mpcf_status training_bytes(const struct check *c, const struct training *t, size_t length,
                                  uint64_t *bytes, mpcf_error *err)
{
    const mpcf_graph *exact = c->exact.network->graph;
    const mpcf_graph *student = t->has_teacher ? c->student.network->graph : exact;

    *bytes = (uint64_t) c->facts->parameters * sizeof(float) *
             (uint64_t) (FLOATS_OF_TRAINED + (t->has_teacher ? 2 : 0));
    MPCF_TRY(engine_bytes(student, !t->whole, FLOAT_TRAIN, t->batch, length, bytes, err));
    if (t->has_teacher) {
        MPCF_TRY(engine_bytes(exact, !t->whole, FLOAT_EVALUATE, t->batch, length, bytes, err));
    }
    return engine_bytes(student, true, FLOAT_EVALUATE, EVALUATED, length, bytes, err);
}

static mpcf_status check_training(struct check *c, const struct training *t, mpcf_error *err)
{
    struct need need = {.stage = t->stage, .key = t->key};
    const size_t longest = (size_t) c->p->max_length;
    mpcf_status status = training_bytes(c, t, longest, &need.most, err);

    if (status == MPCF_OK) {
        status = training_bytes(c, t, longest < SHORTEST ? longest : SHORTEST, &need.least, err);
    }
    MPCF_TRY(check_take(c, t->key, status, err));
    if (status == MPCF_OK) {
        say(c, &need);
    }
    return MPCF_OK;
}

/* While constants are measured: an engine, and the values from which the next pass goes on. Beside the rows
 * there are texts of other lengths, with a quarter of the calibrated rows' tokens (text/other_lengths.h). */
static mpcf_status measuring_bytes(const struct check *c, uint64_t *bytes, mpcf_error *err)
{
    const struct pipeline *p = c->p;
    const int64_t calibrated = p->calibrate.examples, asked = p->convert.measure_rows;
    const size_t texts = (size_t) ((asked < calibrated ? asked : calibrated) + calibrated / 4);
    double kept = 0;

    MPCF_TRY(measure_kept(c->student.network->graph, texts, (size_t) p->max_length, &kept, err));
    if (kept > 0) {
        *bytes = (uint64_t) kept;
        return engine_bytes(c->student.network->graph, false, FLOAT_EVALUATE, MEASURED,
                            (size_t) p->max_length, bytes, err);
    }
    return MPCF_OK;
}

/* The student's floats once and, while the public folder is written, every value of a batch, or what measuring
 * constants takes. */
static mpcf_status check_calibration(struct check *c, mpcf_error *err)
{
    const size_t longest = (size_t) c->p->max_length;
    const size_t batch = longest * 16 <= CALIBRATED ? 16
                         : longest < CALIBRATED     ? CALIBRATED / longest
                                                    : 1;
    struct need need = {.stage = "convert", .key = "stages.convert"};
    uint64_t measuring = 0;
    mpcf_graph *passed = NULL;
    mpcf_status status = pass_all(c->student.network->graph, &passed, err);

    need.most = need.least = (uint64_t) c->facts->parameters * sizeof(float);
    if (status == MPCF_OK) {
        status = engine_bytes(passed, false, FLOAT_OBSERVE, batch, longest, &need.most, err);
    }
    graph_destroy(passed);
    if (status == MPCF_OK) {
        status = measuring_bytes(c, &measuring, err);
        measuring += (uint64_t) c->facts->parameters * sizeof(float);
        need.most = measuring > need.most ? measuring : need.most;
    }
    MPCF_TRY(check_take(c, "approximations", status, err));
    if (status == MPCF_OK) {
        say(c, &need);
    }
    return MPCF_OK;
}

/* Whether the graphs have what the layers' loss compares. */
static mpcf_status check_layers(struct check *c, mpcf_error *err)
{
    const struct trainer_setup setup = {.graph = c->student.network->graph,
                                        .teacher = c->exact.network->graph,
                                        .loss = LOSS_LAYERS,
                                        .match = layer_match_of(&c->p->distill.layers),
                                        .classes = c->p->task.classes};

    return check_take(c, "stages.distill.layers", trainer_check(&setup, err), err);
}

mpcf_status check_training_needs(struct check *c, mpcf_error *err)
{
    const struct pipeline *p = c->p;
    const struct training finetune = {"finetune", "stages.finetune",
                                      (size_t) p->finetune.training.batch, false, false};
    const struct training layers = {"distill: layers", "stages.distill.layers",
                                    (size_t) p->distill.layers.training.batch, true, true};
    const struct training prediction = {"distill: prediction", "stages.distill.prediction",
                                        (size_t) p->distill.prediction.training.batch, true, false};

    if (c->exact.network == NULL || c->student.network == NULL ||
        p->max_length > c->exact.network->tokenizer.max_tokens) {
        return MPCF_OK;
    }
    if (p->has_stage[STAGE_FINETUNE] && p->finetune.training.epochs > 0) {
        MPCF_TRY(check_training(c, &finetune, err));
    }
    if (p->has_stage[STAGE_DISTILL] && p->distill.layers.training.epochs > 0) {
        MPCF_TRY(check_layers(c, err));
        MPCF_TRY(check_training(c, &layers, err));
    }
    if (p->has_stage[STAGE_DISTILL] && p->distill.prediction.training.epochs > 0) {
        MPCF_TRY(check_training(c, &prediction, err));
    }
    return p->has_stage[STAGE_CONVERT] || p->has_stage[STAGE_DISTILL] ? check_calibration(c, err)
                                                                      : MPCF_OK;
}

void check_secure_memory(struct check *c, const struct program *program)
{
    struct need need = {.stage = "infer", .key = "stages.infer"};

    for (int role = 0; role < 3; role++) {
        const bool is_here = c->viewer == VIEW_ALL || (int) c->viewer == role;

        need.most += is_here ? secure_memory_need(program, (enum role) role) : 0;
        need.most +=
            is_here && role == ROLE_PROVIDER ? (uint64_t) c->facts->parameters * sizeof(float) : 0;
    }
    /* Shorter texts have smaller buckets, where lengths are not all the same. */
    need.least = c->p->infer.length == LENGTH_FULL ? need.most : 0;
    say(c, &need);
}
