/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DistilBERT: BERT without token types and pooler; the classifier has a dense layer of its own, with
 * ReLU. Source: Sanh et al., "DistilBERT", 2019.
 */
#include "encoder.h"

static void head(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    x = encoder_head_dense(e, g, "pre_classifier", "pre_classifier.relu", x);
    encoder_logits(e, g, "classifier", mpcf_relu(g, x));
}

static const struct encoder_names names = {
    .layer = "transformer.layer",
    .query = "attention.q_lin",
    .key = "attention.k_lin",
    .value = "attention.v_lin",
    .attention = "attention",
    .attended = {"attention.output", "attention.out_lin", "sa_layer_norm", false},
    .inner = "ffn.lin1",
    .inner_scope = "ffn",
    .fed = {"ffn.output", "ffn.lin2", "output_layer_norm", true},
};

static const struct encoder_keys keys = {
    .hidden = "dim",
    .heads = "n_heads",
    .layers = "n_layers",
    .intermediate = "hidden_dim",
    .activation = "activation",
    .dropout = "dropout",
    .attention_dropout = "attention_dropout",
    .classifier_dropout = "seq_classif_dropout",
};

static const char *const architectures[] = {"DistilBertForSequenceClassification",
                                            "DistilBertModel", "DistilBertForMaskedLM", NULL};
static const struct encoder_family distilbert = {
    .name = "distilbert",
    .prefix = "distilbert.",
    .names = &names,
    .keys = &keys,
    .sizes = {.vocab = 30522,
              .positions = 512,
              .types = 1,
              .layers = 6,
              .hidden = 768,
              .heads = 12,
              .intermediate = 3072,
              .pad_id = 0},
    .classifier_dropout = 0.2,
    .tokenizer = MPCF_TOKENIZER_WORDPIECE,
    .pair_separators = 1,
    .head = head,
};

ENCODER_PLUGIN(distilbert, "distilbert", "DistilBERT classifiers", architectures);
