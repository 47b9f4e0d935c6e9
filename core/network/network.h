/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network: a model family's graph for a config.json, its slots filled.
 *
 * Teacher, student and the public form that user and dealer build are all made here, so they
 * cannot differ in anything but their fillings.
 */
#ifndef MPCF_NETWORK_NETWORK_H
#define MPCF_NETWORK_NETWORK_H

#include <jansson.h>
#include <mpcf/model.h>

#include "graph/graph.h"
#include "graph/slots.h"
#include "plugin/plugins.h"

struct network_request {
    struct plugins *plugins;
    const mpcf_model *family;
    const void *family_config; /* parsed options */
    const json_t *config;      /* config.json */
    const char *config_name;   /* its path, for messages */
    size_t classes;            /* of the task; 0: as the config says */
    /* What replaces the exact functions; slots that no entry covers are filled with the
     * teacher's: the activation of the config, softmax, tanh. */
    const struct slot_filling *fillings;
    size_t filling_count;
    bool any_head; /* to fine-tune: config.json may name another head of the same family */
    bool fuse;     /* float kernels of approximations; off where it is lowered */
};

struct network {
    mpcf_graph *graph;
    mpcf_model_facts facts;
    mpcf_tokenizer_spec tokenizer;
    /* Kept for release. */
    const mpcf_model *family;
    void *model;
    void *default_configs[3];
    void *default_memory[3];
};

/* MPCF_E_CONFIG: a filling of layers that the network does not have. MPCF_E_UNSUPPORTED: it has
 * another output than "logits" [B, classes]. */
mpcf_status network_create(const struct network_request *request, struct network **out,
                           mpcf_error *err);
void network_destroy(struct network *n); /* NULL is fine */

#endif
