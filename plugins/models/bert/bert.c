/* SPDX-License-Identifier: Apache-2.0 */
/* BERT: encoder, pooler over the first token, classifier. */
#include <stdlib.h>

#include "encoder.h"

static mpcf_status configure(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err)
{
    struct encoder *e = calloc(1, sizeof(*e));
    mpcf_status status;

    (void) config;
    if (e == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for the model");
    }
    e->prefix = "bert.";
    status = encoder_configure(e, config_json, classes, err);
    if (status != MPCF_OK) {
        free(e);
        return status;
    }
    *model = e;
    return MPCF_OK;
}

static mpcf_status tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err)
{
    const struct encoder *e = model;

    (void) err;
    spec->kind = MPCF_TOKENIZER_WORDPIECE;
    spec->vocab_size = e->vocab;
    spec->max_tokens = e->positions;
    spec->type_count = e->types;
    spec->pad_id = e->pad_id;
    spec->pair_separators = 1;
    return MPCF_OK;
}

static mpcf_status facts(void *model, mpcf_model_facts *out, mpcf_error *err)
{
    (void) err;
    return encoder_facts(model, out);
}

/* Mistakes stay in the graph, where the host finds them. */
static mpcf_status build(void *model, mpcf_graph *g, mpcf_error *err)
{
    const struct encoder *e = model;
    mpcf_node *x = mpcf_token(g, encoder_build(e, g), 0);

    (void) err;
    mpcf_scope(g, "pooler");
    x = encoder_linear(e, g, "bert.pooler.dense", x, e->hidden, 1);
    x = mpcf_tap(g, "pooled", mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL));
    mpcf_scope(g, "classifier");
    if (e->classifier_dropout > 0) {
        x = mpcf_dropout(g, x, e->classifier_dropout);
    }
    x = mpcf_tap(g, "logits", encoder_linear(e, g, "classifier", x, e->classes, 1));
    mpcf_scope(g, NULL);
    mpcf_output(g, "logits", x);
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
        .tokenizer = tokenizer,
        .facts = facts,
        .build = build,
    };

    return mpcf_register_model(registry, &bert, err);
}

MPCF_PLUGIN(.name = "bert", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "BERT classifiers", .start = start);
