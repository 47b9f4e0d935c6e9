/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One network being trained: forward, loss, backward, update.
 *
 * Fine-tuning has labels; distillation has a teacher, whose taps are paired with those of equal
 * name of the student (MPCFormer, section 4.3 and appendix A.4).
 */
#ifndef MPCF_TRAIN_TRAINER_H
#define MPCF_TRAIN_TRAINER_H

#include "float_engine/float_batch.h"
#include "train/adamw.h"

enum loss_kind {
    LOSS_LABELS,         /* cross-entropy, or mean square where there is one class */
    LOSS_LAYERS,         /* embedding, attention and hidden states of every layer, summed */
    LOSS_PREDICTION_MSE, /* logits: the paper's text */
    LOSS_PREDICTION_SOFT /* soft labels: its published code */
};

/* What LOSS_LAYERS matches; the paper's: embedding, scores, hidden. */
struct layer_match {
    bool embedding, hidden;
    bool scores;  /* before mask and normaliser */
    bool weights; /* after them */
};

struct trainer_setup {
    const mpcf_graph *graph;
    struct parameters *parameters; /* with gradients */
    const mpcf_graph *teacher;     /* NULL with LOSS_LABELS */
    struct parameters *teacher_parameters;
    enum loss_kind loss;
    struct layer_match match;
    double temperature;   /* of LOSS_PREDICTION_SOFT; 0 stands for 1 */
    bool teacher_dropout; /* the published code leaves it on */
    size_t classes;
    size_t batch, tokens, elements; /* as float_engine_create() */
    struct adamw_options adamw;
};

enum { TRAINER_TERMS_MAX = 256 };
struct trainer_result {
    double loss;
    double gradient_norm; /* before clipping */
    size_t term_count;    /* LOSS_LAYERS: one a tap, whose sum is the loss */
    const char *term_names[TRAINER_TERMS_MAX];
    double terms[TRAINER_TERMS_MAX];
};

struct trainer;
/* MPCF_E_SHAPE: a tap that only one of the two has, or of another shape. */
mpcf_status trainer_create(const struct trainer_setup *setup, struct trainer **out,
                           mpcf_error *err);
/* Whether trainer_create() finds in the graphs of SETUP, which needs no more than them, the loss and classes, what
 * the loss compares. */
mpcf_status trainer_check(const struct trainer_setup *setup, mpcf_error *err);
void trainer_destroy(struct trainer *t); /* NULL is fine */
struct adamw *trainer_adamw(struct trainer *t);

/* One step at LEARNING_RATE. LABELS [batch], may be NULL without LOSS_LABELS. A loss or gradient
 * that is not finite: MPCF_E_RANGE with the node where it began; nothing is updated. */
mpcf_status trainer_step(struct trainer *t, const struct float_batch *batch, const double *labels,
                         double learning_rate, struct trainer_result *result, mpcf_error *err);

#endif
