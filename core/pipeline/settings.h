/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pipeline file sets of its stages: one struct a section, filled by the tables of schema.h.
 */
#ifndef MPCF_PIPELINE_SETTINGS_H
#define MPCF_PIPELINE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lower/lower_options.h"

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
    int32_t init;         /* convert_init */
    int64_t measure_rows; /* training rows that constants are measured on */
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
    int64_t reference;  /* rows of them that the plaintext reference computes, too; 0: none */
};

enum infer_length { LENGTH_EXACT = 0, LENGTH_BUCKET, LENGTH_FULL };
enum infer_embedding { EMBEDDING_PRIVATE = 0, EMBEDDING_PUBLIC };
enum infer_weights { WEIGHTS_HELD = 0, WEIGHTS_SHARED };
enum infer_masks { MASKS_SESSION = 0, MASKS_KEPT };
enum infer_reveal { REVEAL_LOGITS = 0, REVEAL_LABEL };
enum infer_checks { CHECKS_OFF = 0, CHECKS_ROWS, CHECKS_ALL, CHECKS_FALSE, CHECKS_TRUE };
enum infer_preprocess { PREPROCESS_STREAM = 0, PREPROCESS_STORE };
/* What the file calls them, by number; NULL ends each. */
extern const char *const infer_length_names[], *const infer_embedding_names[];
extern const char *const model_case_names[];
extern const char *const infer_weights_names[], *const infer_reveal_names[];
extern const char *const infer_masks_names[];
extern const char *const infer_preprocess_names[], *const infer_check_names[];
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
    int32_t weight_masks;   /* infer_masks */
    int32_t reveal;         /* infer_reveal */
    int32_t check_ranges;   /* infer_checks: OFF, ROWS or ALL, once it is read */
    int64_t max_questions;  /* that the provider answers a user; 0: no limit */
    int32_t preprocess;     /* infer_preprocess */
    const char *store;      /* folder of stored corrections */
    int64_t store_runs;     /* runs of all the examples that are dealt for at once */
    int64_t store_sessions; /* stored sessions that are kept; 0: as many as suit the role */
    int64_t store_age_ns;   /* one that was not used for so long is removed; 0: none is */
    /* Of one session; then another begins. */
    int64_t session_inferences;
    int64_t timeout_ns;     /* a peer that shows no sign of life for longer ends the run */
    int64_t connect_ns;     /* how long peers are waited for at the start */
    int64_t value_fraction; /* fractional bits of activations */
    int64_t weight_fraction;
    int64_t logit_fraction; /* of what is revealed */
    /* That programs are planned for: a key of its own (read_network.h). */
    struct lower_network network;
    bool resume;           /* a role user takes over answers that an earlier run kept */
    bool fixed;            /* the whole evaluation split by the plaintext reference */
    bool allow_difference; /* of reference and floats, where it is more than difference.h says */
    bool test_predictions; /* of the student in floats, in the benchmark's form */
};

#endif
