/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that several families share. */
#include "encoder.h"

const struct encoder_names encoder_names_bert = {
    .layer = "encoder.layer",
    .query = "attention.self.query",
    .key = "attention.self.key",
    .value = "attention.self.value",
    .attention = "attention.self",
    .attended = {"attention.output", "attention.output.dense", "attention.output.LayerNorm", true},
    .inner = "intermediate.dense",
    .inner_scope = "intermediate",
    .fed = {"output", "output.dense", "output.LayerNorm", true},
};

const struct encoder_keys encoder_keys_bert = {ENCODER_KEYS_BERT};
