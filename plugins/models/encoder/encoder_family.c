/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that several families share, and how a family becomes a model. */
#include <stdlib.h>

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

mpcf_status encoder_register(mpcf_registry *registry, const struct encoder_family *family,
                             mpcf_status (*configure)(const void *, const mpcf_json *, int64_t,
                                                      void **, mpcf_error *),
                             mpcf_error *err)
{
    const mpcf_model model = {
        .struct_size = sizeof(mpcf_model),
        .name = family->name,
        .summary = family->summary,
        .architectures = family->architectures,
        .configure = configure,
        .release = free,
        .tokenizer = encoder_tokenizer,
        .facts = encoder_facts,
        .build = encoder_build,
    };

    return mpcf_register_model(registry, &model, err);
}
