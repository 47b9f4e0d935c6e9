/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/model.h - a family of transformers: reads a config, names the weights, builds
 * the graph.
 *
 * Threads: several models at once, each from one thread at a time; state belongs into what
 * configure() returns.
 */
#ifndef MPCF_MODEL_H
#define MPCF_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/approx.h>
#include <mpcf/graph.h>
#include <mpcf/json.h>
#include <mpcf/option.h>
#include <mpcf/plugin.h>

MPCF_BEGIN_DECLS

/* The tokenizers that the host has, and the files of the model folder that they read. */
typedef enum mpcf_tokenizer_kind {
    MPCF_TOKENIZER_WORDPIECE = 1, /* vocab.txt or tokenizer.json */
    MPCF_TOKENIZER_BYTE_BPE = 2,  /* vocab.json and merges.txt, or tokenizer.json */
    MPCF_TOKENIZER_UNIGRAM = 3    /* sentencepiece.bpe.model, or tokenizer.json */
} mpcf_tokenizer_kind;

/* Filled by tokenizer(); the host sets struct_size, to its own size of the struct, and zeroes the
 * rest. */
typedef struct mpcf_tokenizer_spec {
    size_t struct_size;
    mpcf_tokenizer_kind kind;
    int64_t vocab_size; /* of the config; ids must be below */
    int64_t max_tokens; /* tokens a text may have, special ones included: positions there are */
    int64_t type_count; /* token types; 1: pairs get type 0 throughout */
    int64_t pad_id;     /* id that fills a batch; its tokens have 0 in the mask */
    int32_t pair_separators; /* between the texts of a pair: 1 ([SEP]), 2 (</s></s>) */
} mpcf_tokenizer_spec;

/* What reports and estimates of cost ask. Filled by facts(), as the struct above; strings are the
 * model's and live until release(). */
typedef struct mpcf_model_facts {
    size_t struct_size;
    int64_t layers, hidden, heads, intermediate; /* widths in elements of a token's row */
    int64_t classes;                             /* 1: regression */
    const char *activation;    /* approximation that config.json's hidden_act names */
    const char *weight_prefix; /* "bert.": may be missing in a base checkpoint */
} mpcf_model_facts;

typedef struct mpcf_model {
    size_t struct_size; /* sizeof(mpcf_model) */
    const char *name;   /* "bert" */
    const char *summary;
    const char *const *architectures; /* config.json "architectures" it takes; NULL ends */
    const mpcf_option *options;       /* as in mpcf_approx */
    size_t option_size, config_size;

    /* Reads the fields it needs; unknown activation or position scheme: MPCF_E_UNSUPPORTED.
     * CONFIG, filled from the options, outlives the model; CONFIG_JSON, the model folder's
     * config.json, and its strings are there during the call only. Both are the host's. CLASSES is
     * the task's (0: as config.json says). *MODEL ends with release(), and is not set where
     * configure() fails. */
    mpcf_status (*configure)(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err);
    void (*release)(void *model);
    mpcf_status (*tokenizer)(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err);
    mpcf_status (*facts)(void *model, mpcf_model_facts *facts, mpcf_error *err);
    /* From the inputs to output "logits" [B, classes], the only one. May be called several times,
     * and gives the same network each time. A failed GRAPH is the host's to notice: MPCF_OK is
     * right then. Weight names are those of the published checkpoint. Taps: "embedding",
     * "scores.i", "probs.i", "hidden.i", "pooled" (where there is one), "logits". */
    mpcf_status (*build)(void *model, mpcf_graph *graph, mpcf_error *err);
} mpcf_model;

/* What the pipeline's approximations put into SLOT of LAYER (counted from 0; 0 for TANH): a node of
 * X's shape. For NORMALISER X is [.., rows, cols] and KEEP a mask of 0 and 1 that broadcasts to it,
 * [B, 1, 1, T]; else KEEP is NULL. */
MPCF_EXPORT mpcf_node *mpcf_slot_apply(mpcf_graph *g, mpcf_slot slot, size_t layer, mpcf_node *x,
                                       mpcf_node *keep);

/* Which of a network's layer norms: an entry of the pipeline file may be of some of them (`where:`). */
typedef enum mpcf_norm {
    MPCF_NORM_ATTENTION = 1,    /* of a layer, at its attention */
    MPCF_NORM_FEED_FORWARD = 2, /* of a layer, at its feed-forward block */
    MPCF_NORM_EMBEDDING = 3     /* of the embedding; LAYER is 0 then, and counts for nothing */
} mpcf_norm;

/* mpcf_layer_norm(), where the pipeline's approximations put nothing in its place; else what they
 * put there for the normalised rows, times GAMMA plus BETA. */
MPCF_EXPORT mpcf_node *mpcf_slot_layer_norm(mpcf_graph *g, size_t layer, mpcf_norm where,
                                            mpcf_node *x, mpcf_node *gamma, mpcf_node *beta,
                                            double epsilon);

/* As mpcf_register_approx(). */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_model(mpcf_registry *registry,
                                                            const mpcf_model *model,
                                                            mpcf_error *err);

MPCF_END_DECLS
#endif
