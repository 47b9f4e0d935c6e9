/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline file, read and checked completely: what the stages work from.
 *
 * Opening loads the plug-ins that the file names and parses their options, but opens no data,
 * no weights and no socket; pipeline_check_files() looks for the files of one role.
 */
#ifndef MPCF_PIPELINE_PIPELINE_H
#define MPCF_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/dataset.h>

#include "graph/graph.h"
#include "graph/slots.h"
#include "plugin/plugins.h"
#include "program/role.h"
#include "train/schedule.h"

struct yaml_node;

enum pipeline_stage { STAGE_FINETUNE = 0, STAGE_CONVERT, STAGE_DISTILL, STAGE_INFER, STAGE_COUNT };
const char *pipeline_stage_name(enum pipeline_stage stage); /* "finetune" */
/* false: no such stage. */
bool pipeline_stage_parse(const char *name, enum pipeline_stage *stage);
const char *pipeline_role_name(enum role role); /* "provider" */
bool pipeline_role_parse(const char *name, enum role *role);

/* A component the file names, with its options. */
struct component_use {
    const char *name;       /* "glue"; NULL: not in the file */
    const void *descriptor; /* const mpcf_dataset * and so on */
    void *config;           /* what the descriptor's functions take */
};

/* One training run. Fields of which finetune has no use keep their defaults. */
struct training_settings {
    int64_t epochs; /* in the struct always a number: the paper's for the task where the file
                       has none; 0: the step is left out */
    int64_t batch;  /* the same */
    double learning_rate;
    int32_t schedule; /* schedule_kind */
    double warmup;    /* share of all steps in which the rate rises from 0 */
    double weight_decay, clip;
    double dropout; /* -1: as config.json says (finetune), none (distill) */
};

struct finetune_settings {
    struct training_settings training;
    int64_t examples; /* training rows; 0: all */
};

enum convert_init { INIT_TEACHER = 0, INIT_RANDOM };
struct convert_settings {
    int32_t init; /* convert_init */
};

enum prediction_loss { PREDICTION_MSE = 0, PREDICTION_SOFT };
enum attention_match { ATTENTION_SCORES = 0, ATTENTION_WEIGHTS };
struct layers_settings {
    struct training_settings training;
    bool match_embedding, match_hidden;
    bool match_attention;
    int32_t attention; /* attention_match */
};
struct prediction_settings {
    struct training_settings training;
    int32_t loss;       /* prediction_loss */
    double temperature; /* of PREDICTION_SOFT */
};
struct distill_settings {
    struct layers_settings layers;
    struct prediction_settings prediction;
    int64_t examples; /* training rows; 0: all */
    bool teacher_dropout;
};

struct calibrate_settings {
    int64_t examples;   /* training rows */
    double margin_bits; /* added to what they showed */
};

enum infer_length { LENGTH_EXACT = 0, LENGTH_BUCKET, LENGTH_FULL };
enum infer_embedding { EMBEDDING_PRIVATE = 0, EMBEDDING_PUBLIC };
enum infer_weights { WEIGHTS_HELD = 0, WEIGHTS_SHARED };
enum infer_preprocess { PREPROCESS_STREAM = 0, PREPROCESS_STORE };
struct infer_settings {
    int64_t examples; /* rows of the evaluation split that run securely; 0: all */
    int64_t batch;    /* examples in one run */
    int32_t length;   /* infer_length */
    struct {
        const double *items;
        size_t count;
    } buckets;              /* as in the file; pipeline_bucket() answers for a length */
    int32_t embedding;      /* infer_embedding */
    int32_t weights;        /* infer_weights */
    int32_t preprocess;     /* infer_preprocess */
    const char *store;      /* folder of stored corrections, absolute */
    int64_t store_runs;     /* runs of all the examples that are dealt for at once */
    int64_t timeout_ns;     /* a peer that stays silent longer ends the run */
    int64_t connect_ns;     /* how long peers are waited for at the start */
    int64_t value_fraction; /* fractional bits of activations */
    int64_t weight_fraction;
    int64_t logit_fraction; /* of what is revealed */
    bool fixed; /* the whole evaluation split under the secure arithmetic, in the clear */
};

struct pipeline_party {
    const char *listen;  /* own address; NULL: the transport's choice on this machine */
    const char *address; /* what the others call; NULL as LISTEN */
    void *config;        /* of the transport, with this party's options */
};

struct pipeline {
    const char *file;   /* absolute */
    const char *folder; /* of the file: what its paths start from */
    const char *output; /* absolute */
    int64_t seed;

    struct plugins *plugins;
    struct component_use model; /* const mpcf_model * */
    const char *model_path;
    struct component_use dataset; /* const mpcf_dataset * */
    const char *dataset_path;
    int64_t max_length;
    mpcf_task task;      /* of the dataset, with the classes of the model */
    size_t model_labels; /* 0: as the task has them; else its labels are not read */

    /* What the student's slots get, in the form of graph_fill_slots(). Layers that no entry
     * covers keep the teacher's own function. */
    struct slot_filling *fillings;
    size_t filling_count;

    struct component_use transport; /* const mpcf_transport *; its config is in PARTIES */
    bool has_parties;               /* false: all three on this machine */
    struct pipeline_party parties[3];
    bool plain_link; /* the transport does not encrypt or prove who the peer is */

    bool has_stage[STAGE_COUNT];
    const struct yaml_node *stages; /* the section, or the file where it has none: for messages */
    struct finetune_settings finetune;
    struct convert_settings convert;
    struct distill_settings distill;
    struct calibrate_settings calibrate;
    struct infer_settings infer;

    struct pipeline_memory *memory; /* strings, configs, the tree */
};

struct pipeline_request {
    const char *file;
    const char *const *sets; /* "stages.infer.examples=8" */
    size_t set_count;
    const char *plugin_folder; /* --plugin-dir, or NULL */
};
/* Every mistake at once: MPCF_E_CONFIG with a line each, "file:line:column: message". */
mpcf_status pipeline_open(const struct pipeline_request *request, struct pipeline **out,
                          mpcf_error *err);
void pipeline_close(struct pipeline *p); /* NULL is fine */

/* What pipeline_check_files() looks for. */
enum pipeline_viewer {
    VIEW_ALL = -1, /* one machine */
    VIEW_PROVIDER = ROLE_PROVIDER,
    VIEW_USER = ROLE_USER,
    VIEW_DEALER = ROLE_DEALER,
    VIEW_PUBLIC /* no role: who prices the run */
};
/* The files this role needs before it starts: for the provider of a run without earlier stages
 * the student, for the user the data and student/public, for the dealer student/public;
 * and the addresses, where no parent tells them. All missing ones are named. MPCF_E_CONFIG.
 * A file without a stage to run is a mistake for all but VIEW_PUBLIC. */
mpcf_status pipeline_check_files(const struct pipeline *p, enum pipeline_viewer viewer,
                                 mpcf_error *err);

/* Padded length for an example of TOKENS, at most MAX_LENGTH: the first bucket it fits; with
 * exact and full, TOKENS and max_length. */
size_t pipeline_padded_length(const struct pipeline *p, size_t tokens);
/* All padded lengths that bucket and full can give, ascending, into LENGTHS (room for LIMIT);
 * the number of them. 0 with exact. */
size_t pipeline_padded_lengths(const struct pipeline *p, size_t *lengths, size_t limit);

/* Everything of the file that decides what STAGE makes, as text: for "are the inputs
 * unchanged". Without the settings of the stages before it. */
struct text_buffer;
void pipeline_print_settings(const struct pipeline *p, enum pipeline_stage stage,
                             struct text_buffer *out);
/* One line a slot entry, "normaliser 0-5 2quad c=5", as in reports. */
void pipeline_print_approximations(const struct pipeline *p, struct text_buffer *out);

/* Appendix A.4: epochs of the layer distillation, and the batch, for a task's name. */
int64_t pipeline_paper_epochs(const char *task);
int64_t pipeline_paper_batch(const char *task);

#endif
