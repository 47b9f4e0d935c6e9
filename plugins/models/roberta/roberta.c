/* SPDX-License-Identifier: Apache-2.0 */
/* RoBERTa: positions begin behind the padding id; the classifier has a dense layer of its own. */
#include <stdlib.h>

#include "encoder.h"

static mpcf_status configure(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err)
{
    static const struct encoder_family family = {
        .model_type = "roberta",
        .prefix = "roberta.",
        .pad_id = 1,
        .positions_follow_pad = true,
        .tokenizer = MPCF_TOKENIZER_BYTE_BPE,
        .pair_separators = 2,
    };

    (void) config;
    return encoder_configure(&family, config_json, classes, model, err);
}

/* Mistakes stay in the graph, where the host finds them. */
static mpcf_status build(void *model, mpcf_graph *g, mpcf_error *err)
{
    const struct encoder *e = model;
    mpcf_node *x = mpcf_token(g, encoder_build(e, g), 0);

    (void) err;
    mpcf_scope_counts_as(g, "classifier.dense", "classifier");
    mpcf_scope_counts_as(g, "classifier", "classifier");
    mpcf_scope(g, "classifier.dense");
    x = encoder_classifier_dropout(e, g, x);
    x = encoder_linear(e, g, "classifier.dense", x, e->hidden, 1);
    mpcf_scope(g, "classifier");
    x = mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL);
    encoder_logits(e, g, "classifier.out_proj", x);
    return MPCF_OK;
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const char *const architectures[] = {"RobertaForSequenceClassification", "RobertaModel",
                                                "RobertaForMaskedLM", NULL};
    static const mpcf_model roberta = {
        .struct_size = sizeof(mpcf_model),
        .name = "roberta",
        .summary = "RoBERTa classifiers",
        .architectures = architectures,
        .configure = configure,
        .release = free,
        .tokenizer = encoder_tokenizer,
        .facts = encoder_facts,
        .build = build,
    };

    return mpcf_register_model(registry, &roberta, err);
}

MPCF_PLUGIN(.name = "roberta", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "RoBERTa classifiers", .start = start);
