/* SPDX-License-Identifier: Apache-2.0 */
/* XLM-RoBERTa: RoBERTa's network with a Unigram tokenizer of many languages. */
#include "encoder.h"

static const char *const architectures[] = {"XLMRobertaForSequenceClassification",
                                            "XLMRobertaModel", "XLMRobertaForMaskedLM", NULL};
static const struct encoder_family xlm_roberta = {
    ENCODER_ROBERTA,
    .name = "xlm-roberta",
    .sizes = {ENCODER_SIZES_BASE(30522), .pad_id = 1},
    .tokenizer = MPCF_TOKENIZER_UNIGRAM,
};

ENCODER_PLUGIN(xlm_roberta, "xlm-roberta", "XLM-RoBERTa classifiers", architectures);
