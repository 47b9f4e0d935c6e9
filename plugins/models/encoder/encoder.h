/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BERT and its kin have in common: config.json, the embedding, the encoder's layers, heads.
 * A family is one table: what its config.json calls things and what holds where it is silent, what
 * its checkpoints call the weights, and what it has between encoder and last linear.
 */
#ifndef MPCF_PLUGINS_MODELS_ENCODER_H
#define MPCF_PLUGINS_MODELS_ENCODER_H

#include <stdbool.h>

#include <mpcf/model.h>

/* A linear whose result is added to what went in, and the layer norm behind; names inside a layer. */
struct encoder_residual {
    const char *scope, *dense, *norm;
    bool drops; /* dropout in front of the sum */
};

/* Names of weights, behind the family's prefix; of a layer, behind LAYER and its number. */
struct encoder_names {
    const char *layer; /* "encoder.layer" */
    const char *query, *key, *value;
    const char *attention; /* scope of the scores */
    struct encoder_residual attended;
    const char *inner;       /* the feed-forward's first linear */
    const char *inner_scope; /* of the activation */
    struct encoder_residual fed;
};
extern const struct encoder_names encoder_names_bert;

/* Keys of config.json; each NULL: the family has none. */
struct encoder_keys {
    const char *hidden, *heads, *layers, *intermediate, *types, *embedding;
    const char *activation, *epsilon, *dropout, *attention_dropout, *classifier_dropout;
};
#define ENCODER_KEYS_BERT                                                                          \
    .hidden = "hidden_size", .heads = "num_attention_heads", .layers = "num_hidden_layers",        \
    .intermediate = "intermediate_size", .types = "type_vocab_size", .activation = "hidden_act",   \
    .epsilon = "layer_norm_eps", .dropout = "hidden_dropout_prob",                                 \
    .attention_dropout = "attention_probs_dropout_prob",                                           \
    .classifier_dropout = "classifier_dropout"
extern const struct encoder_keys encoder_keys_bert;

/* What holds where config.json is silent: as the config classes of transformers 5.24 have it. */
struct encoder_sizes {
    int64_t vocab, positions, types, layers, hidden, heads, intermediate, embedding, pad_id;
};
/* BERT-base's, with WORDS. */
#define ENCODER_SIZES_BASE(WORDS)                                                                  \
    .vocab = (WORDS), .positions = 512, .types = 2, .layers = 12, .hidden = 768, .heads = 12,      \
    .intermediate = 3072

struct encoder;

struct encoder_family {
    const char *name;   /* also config.json's model_type */
    const char *prefix; /* "bert." */
    const struct encoder_names *names;
    const struct encoder_keys *keys;
    struct encoder_sizes sizes;
    double classifier_dropout; /* where config.json has none; below 0: that of the hidden states */
    bool
        positions_follow_pad; /* counted over the tokens that differ from pad_id, from pad_id + 1 */
    mpcf_tokenizer_kind tokenizer;
    int32_t pair_separators;
    /* From the last hidden state's first row [B, h] to encoder_logits(). */
    void (*head)(const struct encoder *e, mpcf_graph *g, mpcf_node *x);
};

struct encoder {
    const struct encoder_family *family;
    int64_t vocab, positions, types, layers, hidden, heads, intermediate, embedding, classes;
    int64_t pad_id;
    int64_t first_position; /* of the first token, in the table */
    double epsilon;         /* of LayerNorm */
    double dropout, attention_dropout, classifier_dropout;
    double deviation;       /* of new weights */
    const char *activation; /* approximation that stands for hidden_act */
};

/* configure() of FAMILY: MODEL is a struct encoder. MPCF_E_UNSUPPORTED names the key. */
mpcf_status encoder_configure(const struct encoder_family *family, const mpcf_json *config,
                              int64_t classes, void **model, mpcf_error *err);
void encoder_release(void *model);
mpcf_status encoder_tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err);
mpcf_status encoder_facts(void *model, mpcf_model_facts *facts, mpcf_error *err);
/* From the inputs to the output; taps "embedding", "scores.i", "probs.i", "hidden.i", "logits". */
mpcf_status encoder_build(void *model, mpcf_graph *g, mpcf_error *err);

/* --- For heads --- */

/* NAME.weight [o, i] and NAME.bias [o] on X; IS_NEW: made where the checkpoint has none. */
mpcf_node *encoder_linear(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x,
                          int64_t o, bool is_new);
mpcf_node *encoder_classifier_dropout(const struct encoder *e, mpcf_graph *g, mpcf_node *x);
/* The new linear NAME [h, h]; what is made behind it is in SCOPE. Both count as the classifier. */
mpcf_node *encoder_head_dense(const struct encoder *e, mpcf_graph *g, const char *name,
                              const char *scope, mpcf_node *x);
/* The graph's end: dropout, the classifier's last linear NAME, the output. */
void encoder_logits(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x);

/* Heads that several families have. RoBERTa's: dense, tanh, out_proj. */
void encoder_head_roberta(const struct encoder *e, mpcf_graph *g, mpcf_node *x);

/* Of a family that is RoBERTa's network: all but names, sizes and the tokenizer. */
#define ENCODER_ROBERTA                                                                            \
    .prefix = "roberta.", .names = &encoder_names_bert, .keys = &encoder_keys_bert,                \
    .classifier_dropout = -1, .positions_follow_pad = true, .pair_separators = 2,                  \
    .head = encoder_head_roberta

/* A plug-in of the family in the static FAMILY, as the end of its file. ARCHITECTURES: of mpcf_model. */
#define ENCODER_PLUGIN(FAMILY, NAME, SUMMARY, ARCHITECTURES)                                       \
    static mpcf_status configure(const void *config, const mpcf_json *json, int64_t classes,       \
                                 void **model, mpcf_error *err)                                    \
    {                                                                                              \
        (void) config;                                                                             \
        return encoder_configure(&(FAMILY), json, classes, model, err);                            \
    }                                                                                              \
    static mpcf_status start(mpcf_registry *registry, mpcf_error *err)                             \
    {                                                                                              \
        static const mpcf_model model = {                                                          \
            .struct_size = sizeof(mpcf_model),                                                     \
            .name = (NAME),                                                                        \
            .summary = (SUMMARY),                                                                  \
            .architectures = (ARCHITECTURES),                                                      \
            .configure = configure,                                                                \
            .release = encoder_release,                                                            \
            .tokenizer = encoder_tokenizer,                                                        \
            .facts = encoder_facts,                                                                \
            .build = encoder_build,                                                                \
        };                                                                                         \
        return mpcf_register_model(registry, &model, err);                                         \
    }                                                                                              \
    MPCF_PLUGIN(.name = (NAME), .version = "1.0.0", .license = "Apache-2.0", .summary = (SUMMARY), \
                .start = start)

#endif
