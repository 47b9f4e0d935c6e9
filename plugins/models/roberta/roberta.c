/* SPDX-License-Identifier: Apache-2.0 */
/* RoBERTa: positions follow the padding id; the classifier has a dense layer of its own. */
#include "encoder.h"

static const char *const architectures[] = {"RobertaForSequenceClassification", "RobertaModel",
                                            "RobertaForMaskedLM", NULL};
static const struct encoder_family roberta = {
    ENCODER_ROBERTA,
    .name = "roberta",
    .sizes = {ENCODER_SIZES_BASE(50265), .pad_id = 1},
    .tokenizer = MPCF_TOKENIZER_BYTE_BPE,
};

ENCODER_PLUGIN(roberta, "roberta", "RoBERTa classifiers", architectures);
