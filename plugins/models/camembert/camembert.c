/* SPDX-License-Identifier: Apache-2.0 */
/* CamemBERT: RoBERTa's network with a Unigram tokenizer. */
#include "encoder.h"

static const char *const architectures[] = {"CamembertForSequenceClassification", "CamembertModel",
                                            "CamembertForMaskedLM", NULL};
static const struct encoder_family camembert = {
    ENCODER_ROBERTA,
    .name = "camembert",
    .sizes = {ENCODER_SIZES_BASE(30522), .pad_id = 1},
    .tokenizer = MPCF_TOKENIZER_UNIGRAM,
};

ENCODER_PLUGIN(camembert, "camembert", "CamemBERT classifiers", architectures);
