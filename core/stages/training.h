/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A training run as the stages use it: from the file's settings to training_run().
 */
#ifndef MPCF_STAGES_TRAINING_H
#define MPCF_STAGES_TRAINING_H

#include "network/loaded_network.h"
#include "stages/context.h"
#include "train/trainer.h"

struct training_request {
    const char *name;  /* "distill.layers": in the report, of the state's file */
    const char *title; /* "distill: layers": in progress */
    const char *key;   /* of the stage */
    enum loss_kind loss;
    struct layer_match match; /* of LOSS_LAYERS */
    double temperature;       /* of LOSS_PREDICTION_SOFT */
    const struct training_settings *settings;
    bool dropout;
    size_t examples;                /* training rows; 0: all */
    struct loaded_network *student; /* is trained */
    struct loaded_network *teacher; /* NULL: labels */
    bool evaluate_epochs;           /* metrics on the evaluation split after each epoch */
};
mpcf_status training_stage(struct stage_context *c, const struct training_request *request,
                           mpcf_error *err);

/* What a network says of the evaluation split, put into the report under NETWORK ("teacher"):
 * judged.h. */
mpcf_status training_evaluate(struct stage_context *c, const struct loaded_network *n,
                              const char *network, mpcf_error *err);

#endif
