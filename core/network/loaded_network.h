/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network with its weights, from a folder in Hugging Face's form and back.
 *
 * With EXACT functions it is the teacher's, with APPROXIMATED ones what the file puts into the slots.
 */
#ifndef MPCF_NETWORK_LOADED_NETWORK_H
#define MPCF_NETWORK_LOADED_NETWORK_H

#include <jansson.h>

#include "float_engine/float_engine.h"
#include "network/network.h"
#include "pipeline/pipeline.h"

struct loaded_network {
    struct network *network;
    struct parameters *parameters; /* NULL: built without weights */
    json_t *config;
    char *folder;
    char *new_weights; /* names of those that started new, ", " between; NULL: none did */
};

enum network_functions { FUNCTIONS_EXACT, FUNCTIONS_APPROXIMATED };

/* FOLDER's network and weights, without gradients. Weights of the head that it lacks are refused unless
 * `model.new_head` is set, and so are classes in another order than the task's. What fine-tuning begins
 * with, `model.path` where the file has the stage, may be any body: a head that is missing or of another shape
 * starts new. OUT names what did. */
mpcf_status loaded_network_open(const struct pipeline *p, const char *folder,
                                enum network_functions functions, struct loaded_network *out,
                                mpcf_error *err);
/* The same for training: with gradients, fused float kernels, and DROPOUT in place of the
 * config's (-1: as the config says). */
mpcf_status loaded_network_open_trainable(const struct pipeline *p, const char *folder,
                                          enum network_functions functions, double dropout,
                                          struct loaded_network *out, mpcf_error *err);
/* The network alone, from FOLDER/config.json: what user and dealer build. */
mpcf_status loaded_network_build(const struct pipeline *p, const char *folder,
                                 enum network_functions functions, struct loaded_network *out,
                                 mpcf_error *err);
/* Whether loaded_network_open() would take N's folder, N being built from it: classes, names and shapes of
 * the weights, and that they are finite. None is kept. */
mpcf_status loaded_network_check(const struct pipeline *p, const struct loaded_network *n,
                                 mpcf_error *err);
void loaded_network_clear(struct loaded_network *n);

/* Writes FOLDER as a Hugging Face checkpoint of a classifier for the task, in 32-bit floats. */
mpcf_status loaded_network_save(const struct pipeline *p, const struct loaded_network *n,
                                const char *folder, mpcf_error *err);

#endif
