/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one step of training is: forward through student and teacher, the loss, backward, and which
 * parameters that reaches.
 */
#include "train/trainer.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "graph/position_ids.h"
#include "pass/token_rows.h"
#include "train/loss.h"

/* A tap of the student and the teacher's of the same name. */
struct pair {
    const char *name;
    const mpcf_node *student, *teacher;
    bool is_attention;
};

struct trainer {
    struct trainer_setup setup;
    mpcf_graph *narrow, *narrow_teacher; /* what logits alone need; NULL with LOSS_LAYERS */
    struct float_engine *student, *teacher;
    struct adamw *adamw;
    struct pair pairs[TRAINER_TERMS_MAX];
    size_t pair_count;
    const mpcf_node *logits, *teacher_logits;
};

/* --- Pairing --- */

static bool is_attention(const char *label)
{
    return strncmp(label, "scores.", 7) == 0 || strncmp(label, "probs.", 6) == 0;
}

static bool is_matched(const struct layer_match *match, const char *label)
{
    return (match->embedding && strcmp(label, "embedding") == 0) ||
           (match->scores && strncmp(label, "scores.", 7) == 0) ||
           (match->weights && strncmp(label, "probs.", 6) == 0) ||
           (match->hidden && strncmp(label, "hidden.", 7) == 0);
}

static mpcf_status add_pair(struct trainer *t, const mpcf_node *tap, mpcf_error *err)
{
    const mpcf_node *other = graph_find_tap(t->setup.teacher, tap->label);

    if (other == NULL) {
        return mpcf_fail(err, MPCF_E_SHAPE, "the teacher has no tap '%s' that the student has",
                         tap->label);
    }
    if (!shape_equal(other->shape, tap->shape)) {
        return mpcf_fail(err, MPCF_E_SHAPE, "tap '%s' has another shape in teacher and student",
                         tap->label);
    }
    if (t->pair_count == TRAINER_TERMS_MAX) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "more than %d taps to match", TRAINER_TERMS_MAX);
    }
    t->pairs[t->pair_count++] = (struct pair){tap->label, tap, other, is_attention(tap->label)};
    return MPCF_OK;
}

static mpcf_status pair_taps(struct trainer *t, mpcf_error *err)
{
    for (size_t i = 0; i < graph_count(t->setup.graph); i++) {
        const mpcf_node *node = graph_node(t->setup.graph, i);

        if (node->kind == OP_TAP && is_matched(&t->setup.match, node->label)) {
            MPCF_TRY(add_pair(t, node, err));
        }
    }
    if (t->pair_count == 0) {
        return mpcf_fail(err, MPCF_E_SHAPE, "the student's graph has no taps to match");
    }
    return MPCF_OK;
}

/* --- Which parameters the loss reaches: others are left as they are --- */

static void mark_ancestors(const mpcf_graph *g, bool *reached)
{
    for (size_t i = graph_count(g); i-- > 0;) {
        const mpcf_node *node = graph_node(g, i);

        for (size_t j = 0; reached[i] && node->kind != OP_STOP_GRADIENT && j < node->in_count;
             j++) {
            if (node->in[j] != NULL) {
                reached[node->in[j]->id] = true;
            }
        }
    }
}

static mpcf_status leave_out_unreached(struct trainer *t, mpcf_error *err)
{
    const mpcf_graph *g = t->setup.graph;
    bool *reached = mpcf_alloc_array(graph_count(g), sizeof *reached);

    if (reached == NULL) {
        return mpcf_fail_memory(err, graph_count(g), "the trainer");
    }
    if (t->setup.loss == LOSS_LAYERS) {
        for (size_t i = 0; i < t->pair_count; i++) {
            reached[t->pairs[i].student->id] = true;
        }
    } else {
        reached[t->logits->id] = true;
    }
    mark_ancestors(g, reached);
    for (size_t i = 0; i < graph_count(g); i++) {
        if (graph_node(g, i)->kind == OP_PARAMETER && !reached[i]) {
            adamw_leave_out(t->adamw, graph_node(g, i)->label);
        }
    }
    mpcf_free(reached);
    return MPCF_OK;
}

/* --- Life --- */

static mpcf_status create_engines(struct trainer *t, mpcf_error *err)
{
    const struct trainer_setup *s = &t->setup;

    MPCF_TRY(float_engine_create(s->graph, s->parameters, FLOAT_TRAIN, s->batch, s->tokens,
                                 s->elements, &t->student, err));
    if (s->loss == LOSS_LABELS) {
        return MPCF_OK;
    }
    return float_engine_create(s->teacher, s->teacher_parameters,
                               s->teacher_dropout ? FLOAT_TRAIN : FLOAT_EVALUATE, s->batch,
                               s->tokens, s->elements, &t->teacher, err);
}

/* Losses of the logits read no other token's row: the graphs of the setup are replaced by ones that
 * do not compute them. */
static mpcf_status narrow_graphs(struct trainer *t, mpcf_error *err)
{
    if (t->setup.loss == LOSS_LAYERS) {
        return MPCF_OK;
    }
    MPCF_TRY(pass_token_rows(t->setup.graph, &t->narrow, err));
    t->setup.graph = t->narrow;
    if (t->setup.loss != LOSS_LABELS) {
        MPCF_TRY(pass_token_rows(t->setup.teacher, &t->narrow_teacher, err));
        t->setup.teacher = t->narrow_teacher;
    }
    return MPCF_OK;
}

static mpcf_status find_ends(struct trainer *t, mpcf_error *err)
{
    t->logits = graph_find_tap(t->setup.graph, "logits");
    if (t->logits == NULL) {
        return mpcf_fail(err, MPCF_E_SHAPE, "the graph has no output 'logits'");
    }
    if (t->setup.loss == LOSS_LABELS) {
        return MPCF_OK;
    }
    t->teacher_logits = graph_find_tap(t->setup.teacher, "logits");
    if (t->teacher_logits == NULL) {
        return mpcf_fail(err, MPCF_E_SHAPE, "the teacher's graph has no output 'logits'");
    }
    return t->setup.loss == LOSS_LAYERS ? pair_taps(t, err) : MPCF_OK;
}

mpcf_status trainer_check(const struct trainer_setup *setup, mpcf_error *err)
{
    struct trainer *t = mpcf_alloc_array(1, sizeof *t);
    mpcf_status status = MPCF_OK;

    if (t == NULL) {
        return mpcf_fail_memory(err, sizeof *t, "the trainer");
    }
    t->setup = *setup;
    status = narrow_graphs(t, err);
    if (status == MPCF_OK) {
        status = find_ends(t, err);
    }
    trainer_destroy(t);
    return status;
}

mpcf_status trainer_create(const struct trainer_setup *setup, struct trainer **out, mpcf_error *err)
{
    struct trainer *t = mpcf_alloc_array(1, sizeof *t);
    mpcf_status status = MPCF_OK;

    if (t == NULL) {
        return mpcf_fail_memory(err, sizeof *t, "the trainer");
    }
    t->setup = *setup;
    status = narrow_graphs(t, err);
    if (status == MPCF_OK) {
        status = find_ends(t, err);
    }
    if (status == MPCF_OK) {
        status = create_engines(t, err);
    }
    if (status == MPCF_OK) {
        status = adamw_create(setup->parameters, &setup->adamw, &t->adamw, err);
    }
    if (status == MPCF_OK) {
        status = leave_out_unreached(t, err);
    }
    if (status != MPCF_OK) {
        trainer_destroy(t);
        return status;
    }
    *out = t;
    return MPCF_OK;
}

void trainer_destroy(struct trainer *t)
{
    if (t != NULL) {
        float_engine_destroy(t->student);
        float_engine_destroy(t->teacher);
        adamw_destroy(t->adamw);
        graph_destroy(t->narrow);
        graph_destroy(t->narrow_teacher);
        mpcf_free(t);
    }
}

struct adamw *trainer_adamw(struct trainer *t)
{
    return t->adamw;
}

/* --- One step --- */

static double match_layers(struct trainer *t, const struct float_batch *b, struct trainer_result *r)
{
    double sum = 0;

    r->term_count = t->pair_count;
    for (size_t i = 0; i < t->pair_count; i++) {
        const struct pair *p = &t->pairs[i];
        struct dims dims = shape_resolve(p->student->shape, b->batch, b->tokens);
        const float *got = float_value(t->student, p->student);
        const float *want = float_value(t->teacher, p->teacher);
        float *seed = float_seed(t->student, p->student);

        r->term_names[i] = p->name;
        r->terms[i] = p->is_attention ? loss_scores(got, want, b->attention_mask, b->batch,
                                                    dims.dim[1], b->tokens, seed)
                                      : loss_mean_square(got, want, dims.count, seed);
        sum += r->terms[i];
    }
    return sum;
}

static double match_logits(struct trainer *t, const struct float_batch *b, const double *labels)
{
    size_t classes = t->setup.classes;
    const float *logits = float_value(t->student, t->logits);
    float *seed = float_seed(t->student, t->logits);

    if (t->setup.loss == LOSS_LABELS) {
        return classes > 1 ? loss_cross_entropy(logits, labels, b->batch, classes, seed)
                           : loss_regression(logits, labels, b->batch, seed);
    }
    const float *want = float_value(t->teacher, t->teacher_logits);

    return t->setup.loss == LOSS_PREDICTION_MSE
               ? loss_mean_square(logits, want, b->batch * classes, seed)
               : loss_soft(logits, want, t->setup.temperature, b->batch, classes, seed);
}

static mpcf_status refuse_not_finite(const struct trainer *t, const char *what, mpcf_error *err)
{
    const char *node = float_not_finite(t->student);

    return mpcf_fail(err, MPCF_E_RANGE,
                     "%s is not finite (first at %s): the learning rate may be too high, or the "
                     "weights are damaged",
                     what, node != NULL ? node : "the loss");
}

/* Rows of the table of positions, all that a text of the batch's length can have. */
static void use_positions(struct trainer *t, const struct float_batch *batch)
{
    const mpcf_node *input = graph_find_input(t->setup.graph, POSITION_IDS);

    for (size_t i = 0; input != NULL && i <= batch->tokens; i++) {
        const int32_t place = (int32_t) (input->first + (int64_t) i);

        adamw_use_rows(t->adamw, &place, 1);
    }
}

mpcf_status trainer_step(struct trainer *t, const struct float_batch *batch, const double *labels,
                         double learning_rate, struct trainer_result *result, mpcf_error *err)
{
    size_t elements = batch->batch * batch->tokens;

    adamw_use_rows(t->adamw, batch->input_ids, elements);
    adamw_use_rows(t->adamw, batch->token_type_ids, elements);
    use_positions(t, batch);
    if (t->teacher != NULL) {
        struct float_batch quiet = *batch;

        quiet.dropout_seed = t->setup.teacher_dropout ? batch->dropout_seed : 0;
        MPCF_TRY(float_forward(t->teacher, &quiet, err));
    }
    MPCF_TRY(float_forward(t->student, batch, err));
    result->term_count = 0;
    result->loss = t->setup.loss == LOSS_LAYERS ? match_layers(t, batch, result)
                                                : match_logits(t, batch, labels);
    if (!isfinite(result->loss)) {
        return refuse_not_finite(t, "the loss", err);
    }
    MPCF_TRY(float_backward(t->student, err));
    if (adamw_step(t->adamw, learning_rate, &result->gradient_norm, err) != MPCF_OK) {
        return refuse_not_finite(t, "the gradient", err);
    }
    return MPCF_OK;
}
