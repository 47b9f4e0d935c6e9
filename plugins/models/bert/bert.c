/* SPDX-License-Identifier: Apache-2.0 */
/* BERT: encoder, pooler over the first token, classifier. */
#include <stdlib.h>

#include "encoder.h"

static mpcf_status configure(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err)
{
    static const struct encoder_family family = {
        .model_type = "bert",
        .prefix = "bert.",
        .tokenizer = MPCF_TOKENIZER_WORDPIECE,
        .pair_separators = 1,
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
    mpcf_scope_counts_as(g, "pooler", "pooler");
    mpcf_scope(g, "pooler");
    x = encoder_linear(e, g, "bert.pooler.dense", x, e->hidden, 1);
    x = mpcf_tap(g, "pooled", mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL));
    encoder_logits(e, g, "classifier", x);
    return MPCF_OK;
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const char *const architectures[] = {"BertForSequenceClassification", "BertModel",
                                                "BertForMaskedLM", "BertForPreTraining", NULL};
    static const mpcf_model bert = {
        .struct_size = sizeof(mpcf_model),
        .name = "bert",
        .summary = "BERT classifiers",
        .architectures = architectures,
        .configure = configure,
        .release = free,
        .tokenizer = encoder_tokenizer,
        .facts = encoder_facts,
        .build = build,
    };

    return mpcf_register_model(registry, &bert, err);
}

MPCF_PLUGIN(.name = "bert", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "BERT classifiers", .start = start);
