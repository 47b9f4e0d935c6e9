/* SPDX-License-Identifier: Apache-2.0 */
/* RoBERTa: positions begin behind the padding id; the classifier has a dense layer of its own. */
#include <stdlib.h>

#include "encoder.h"

static mpcf_status check_positions(const struct encoder *e, mpcf_error *err)
{
    if (e->positions <= e->first_position) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "config.json: max_position_embeddings %lld leaves none behind "
                         "pad_token_id %lld",
                         (long long) e->positions, (long long) e->pad_id);
    }
    return MPCF_OK;
}

static mpcf_status configure(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err)
{
    struct encoder *e = calloc(1, sizeof(*e));
    mpcf_status status;

    (void) config;
    if (e == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for the model");
    }
    e->prefix = "roberta.";
    e->pad_id = 1;
    status = encoder_configure(e, config_json, classes, err);
    e->first_position = e->pad_id + 1;
    if (status == MPCF_OK) {
        status = check_positions(e, err);
    }
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
    spec->kind = MPCF_TOKENIZER_BYTE_BPE;
    spec->vocab_size = e->vocab;
    spec->max_tokens = e->positions - e->first_position;
    spec->type_count = e->types;
    spec->pad_id = e->pad_id;
    spec->pair_separators = 2;
    return MPCF_OK;
}

static mpcf_status facts(void *model, mpcf_model_facts *out, mpcf_error *err)
{
    (void) err;
    return encoder_facts(model, out);
}

static mpcf_node *drop(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    return e->classifier_dropout > 0 ? mpcf_dropout(g, x, e->classifier_dropout) : x;
}

/* Mistakes stay in the graph, where the host finds them. */
static mpcf_status build(void *model, mpcf_graph *g, mpcf_error *err)
{
    const struct encoder *e = model;
    mpcf_node *x = mpcf_token(g, encoder_build(e, g), 0);

    (void) err;
    mpcf_scope(g, "classifier.dense");
    x = encoder_linear(e, g, "classifier.dense", drop(e, g, x), e->hidden, 1);
    mpcf_scope(g, "classifier");
    x = drop(e, g, mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL));
    mpcf_scope(g, "classifier.out_proj");
    x = mpcf_tap(g, "logits", encoder_linear(e, g, "classifier.out_proj", x, e->classes, 1));
    mpcf_scope(g, NULL);
    mpcf_output(g, "logits", x);
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
        .tokenizer = tokenizer,
        .facts = facts,
        .build = build,
    };

    return mpcf_register_model(registry, &roberta, err);
}

MPCF_PLUGIN(.name = "roberta", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "RoBERTa classifiers", .start = start);
