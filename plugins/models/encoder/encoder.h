/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BERT and RoBERTa have in common: config.json, the embedding, the encoder's layers, and the
 * last linear. A family is the table below and what it has between encoder and last linear.
 */
#ifndef MPCF_PLUGINS_MODELS_ENCODER_H
#define MPCF_PLUGINS_MODELS_ENCODER_H

#include <stdbool.h>

#include <mpcf/model.h>

struct encoder_family {
    const char *model_type;    /* of config.json, "bert" */
    const char *prefix;        /* "bert." */
    int64_t pad_id;            /* where config.json has none */
    bool positions_follow_pad; /* the first token's is pad_id + 1, else 0 */
    mpcf_tokenizer_kind tokenizer;
    int32_t pair_separators;
};

struct encoder {
    const struct encoder_family *family;
    int64_t vocab, positions, types, layers, hidden, heads, intermediate, classes, pad_id;
    int64_t first_position; /* of the first token, in the table */
    double epsilon;         /* of LayerNorm */
    double dropout, attention_dropout, classifier_dropout;
    double deviation;       /* of new weights */
    const char *activation; /* approximation that stands for hidden_act */
};

/* mpcf_model's; a model is a struct encoder, released by free(). MPCF_E_UNSUPPORTED names the
 * key. */
mpcf_status encoder_configure(const struct encoder_family *family, const mpcf_json *config,
                              int64_t classes, void **model, mpcf_error *err);
mpcf_status encoder_tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err);
mpcf_status encoder_facts(void *model, mpcf_model_facts *facts, mpcf_error *err);

/* From the inputs to the last hidden state [B, T, h]; taps "embedding", "scores.i", "probs.i",
 * "hidden.i". */
mpcf_node *encoder_build(const struct encoder *e, mpcf_graph *g);
/* NAME.weight [o, i] and NAME.bias [o] on X; IS_NEW: made where the checkpoint has none. */
mpcf_node *encoder_linear(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x,
                          int64_t o, int is_new);
mpcf_node *encoder_classifier_dropout(const struct encoder *e, mpcf_graph *g, mpcf_node *x);
/* The graph's end: dropout, the classifier's last linear NAME, the output. */
void encoder_logits(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x);

#endif
