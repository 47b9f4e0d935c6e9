/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline file, read and checked completely: what the stages and roles work from.
 * open_pipeline.h opens one.
 */
#ifndef MPCF_PIPELINE_PIPELINE_H
#define MPCF_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/dataset.h>

#include "channel/role.h"
#include "graph/graph.h"
#include "graph/slots.h"
#include "pipeline/settings.h"
#include "pipeline/stage_name.h"
#include "plugin/plugins.h"

struct yaml_node;

/* A component the file names, with its options. */
struct component_use {
    const char *name;       /* "glue"; NULL: not in the file */
    const void *descriptor; /* const mpcf_dataset * and so on */
    void *config;           /* what the descriptor's functions take */
};

/* Where a role is, as `parties:` says. */
struct pipeline_endpoint {
    const char *listen;  /* own address; NULL: the transport's choice on this machine */
    const char *address; /* what the others call; NULL as LISTEN */
    const char *keys;    /* file of its keys; NULL: not given */
    void *config;        /* of the transport, with this role's options */
};

struct pipeline {
    /* Paths are as they were written, from the process's folder, which does not change. */
    const char *file;
    const char *folder; /* of the file: what its paths start from */
    const char *output;
    int64_t seed;
    const struct yaml_node *root; /* of the file: for messages (key_place.h) */

    struct plugins *plugins;
    struct component_use model; /* const mpcf_model * */
    const char *model_path;
    bool new_head;                /* what its head lacks may start new without finetune */
    int32_t lower_case;           /* enum letter_case */
    struct component_use dataset; /* const mpcf_dataset *; without a name: the file has none */
    const char *dataset_path;
    int64_t max_length;
    bool keep_tokens;    /* in OUTPUT/cache */
    mpcf_task task;      /* of the dataset, with the classes of the model; else of config.json */
    size_t model_labels; /* 0: as the task has them; else its labels are not read */

    /* What the student's slots get, in the form of graph_fill_slots(). Layers that no entry
     * covers keep the teacher's own function. */
    struct slot_filling *fillings;
    const struct yaml_node **filling_places; /* where each stands in the file */
    size_t filling_count;

    struct component_use transport; /* const mpcf_transport *; its config is in ENDPOINTS */
    bool has_parties;               /* false: all three on this machine */
    struct pipeline_endpoint endpoints[3];
    bool plain_link;    /* the transport by itself does not encrypt or prove who the peer is */
    bool plain_allowed; /* `require:` is there and asks for nobody's proof */
    const struct yaml_node *parties; /* the section, or the file where it has none: for messages */

    bool has_stage[STAGE_COUNT];
    const struct yaml_node *stages; /* the section, or the file where it has none: for messages */
    struct finetune_settings finetune;
    struct convert_settings convert;
    struct distill_settings distill;
    struct calibrate_settings calibrate;
    struct infer_settings infer;

    struct pipeline_memory *memory; /* strings, configs, the tree */
};

#endif
