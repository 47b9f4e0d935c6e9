/* SPDX-License-Identifier: Apache-2.0 */
/* BERT: encoder, pooler over the first token, classifier. */
#include "encoder.h"

static void head(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    mpcf_scope_counts_as(g, "pooler", "pooler");
    mpcf_scope(g, "pooler");
    x = encoder_linear(e, g, "bert.pooler.dense", x, e->hidden, true);
    x = mpcf_tap(g, "pooled", mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL));
    encoder_logits(e, g, "classifier", x);
}

static const char *const architectures[] = {"BertForSequenceClassification", "BertModel",
                                            "BertForMaskedLM", "BertForPreTraining", NULL};
static const struct encoder_family bert = {
    .name = "bert",
    .prefix = "bert.",
    .names = &encoder_names_bert,
    .keys = &encoder_keys_bert,
    .sizes = {ENCODER_SIZES_BASE(30522), .pad_id = 0},
    .classifier_dropout = -1,
    .tokenizer = MPCF_TOKENIZER_WORDPIECE,
    .pair_separators = 1,
    .head = head,
};

ENCODER_PLUGIN(bert, "bert", "BERT classifiers", architectures);
