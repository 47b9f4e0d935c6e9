/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELECTRA's discriminator: BERT with tables that may be narrower than the layers, and a classifier
 * with a dense layer of its own and GeLU, whatever hidden_act says.
 * Source: Clark et al., "ELECTRA", 2020.
 */
#include "encoder.h"

#define ROOT_HALF 0.70710678118654752

static mpcf_node *gelu(mpcf_graph *g, mpcf_node *x)
{
    mpcf_node *erf = mpcf_erf(g, mpcf_scale(g, x, ROOT_HALF));

    return mpcf_mul(g, mpcf_scale(g, x, 0.5), mpcf_offset(g, erf, 1));
}

static void head(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    x = encoder_classifier_dropout(e, g, x);
    x = encoder_head_dense(e, g, "classifier.dense", "classifier", x);
    encoder_logits(e, g, "classifier.out_proj", gelu(g, x));
}

static const struct encoder_keys keys = {ENCODER_KEYS_BERT, .embedding = "embedding_size"};

static const char *const architectures[] = {"ElectraForSequenceClassification", "ElectraModel",
                                            "ElectraForPreTraining", "ElectraForMaskedLM", NULL};
static const struct encoder_family electra = {
    .name = "electra",
    .prefix = "electra.",
    .names = &encoder_names_bert,
    .keys = &keys,
    .sizes = {.vocab = 30522,
              .positions = 512,
              .types = 2,
              .layers = 12,
              .hidden = 256,
              .heads = 4,
              .intermediate = 1024,
              .embedding = 128,
              .pad_id = 0},
    .classifier_dropout = -1,
    .tokenizer = MPCF_TOKENIZER_WORDPIECE,
    .pair_separators = 1,
    .head = head,
};

ENCODER_PLUGIN(electra, "electra", "ELECTRA classifiers", architectures);
