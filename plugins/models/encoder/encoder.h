/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BERT and RoBERTa have in common: the embedding, and the encoder's layers.
 */
#ifndef MPCF_PLUGINS_MODELS_ENCODER_H
#define MPCF_PLUGINS_MODELS_ENCODER_H

#include <mpcf/model.h>

struct encoder {
    const char *prefix; /* "bert." */
    int64_t vocab, positions, types, layers, hidden, heads, intermediate, classes, pad_id;
    int64_t first_position; /* of the first token, in the table */
    double epsilon;         /* of LayerNorm */
    double dropout, attention_dropout, classifier_dropout;
    double deviation;       /* of new weights */
    const char *activation; /* approximation that stands for hidden_act */
};

/* Reads config.json; MPCF_E_UNSUPPORTED names the key. E->prefix and first_position are the
 * family's to set. */
mpcf_status encoder_configure(struct encoder *e, const mpcf_json *config, int64_t classes,
                              mpcf_error *err);
mpcf_status encoder_facts(const struct encoder *e, mpcf_model_facts *facts);
/* From the inputs to the last hidden state [B, T, h]; taps "embedding", "scores.i", "probs.i",
 * "hidden.i". */
mpcf_node *encoder_build(const struct encoder *e, mpcf_graph *g);
/* NAME.weight [o, i] and NAME.bias [o] on X; IS_NEW: made where the checkpoint has none. */
mpcf_node *encoder_linear(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x,
                          int64_t o, int is_new);

#endif
