/* SPDX-License-Identifier: Apache-2.0 */
/* What a config.json says of an encoder, and what of it is refused. */
#include "encoder.h"

#include <stdlib.h>
#include <string.h>

/* No published model is near these; a file that is beyond them is broken. */
#define SIZE_MAX_CONFIG 1000000
#define LAYERS_MAX      1000

static const struct {
    const char *act, *approximation;
} activations[] = {
    {"gelu", "gelu"},
    {"gelu_new", "gelu_tanh"},
    {"gelu_pytorch_tanh", "gelu_tanh"},
    {"relu", "relu"},
};

static mpcf_status read_activation(struct encoder *e, const mpcf_json *config, mpcf_error *err)
{
    const char *act = "gelu";

    MPCF_TRY(mpcf_json_optional_string(config, "hidden_act", &act, err));
    for (size_t i = 0; i < sizeof(activations) / sizeof(activations[0]); i++) {
        if (strcmp(act, activations[i].act) == 0) {
            e->activation = activations[i].approximation;
            return MPCF_OK;
        }
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                     "config.json: hidden_act '%s' is not known (gelu, gelu_new, "
                     "gelu_pytorch_tanh, relu)",
                     act);
}

static mpcf_status refuse_flag(const mpcf_json *config, const char *key, mpcf_error *err)
{
    bool is_set = false;

    MPCF_TRY(mpcf_json_optional_bool(config, key, &is_set, err));
    if (is_set) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "config.json: %s is true: only encoders", key);
    }
    return MPCF_OK;
}

/* A config of another family has the same keys, and would run with positions elsewhere. */
static mpcf_status check_type(const struct encoder_family *family, const mpcf_json *config,
                              mpcf_error *err)
{
    const char *type = family->model_type;

    MPCF_TRY(mpcf_json_optional_string(config, "model_type", &type, err));
    return strcmp(type, family->model_type) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED, "config.json: model_type '%s', expected '%s'",
                           type, family->model_type);
}

static mpcf_status check_supported(const mpcf_json *config, mpcf_error *err)
{
    const char *scheme = "absolute";

    MPCF_TRY(refuse_flag(config, "is_decoder", err));
    MPCF_TRY(refuse_flag(config, "add_cross_attention", err));
    MPCF_TRY(mpcf_json_optional_string(config, "position_embedding_type", &scheme, err));
    if (strcmp(scheme, "absolute") != 0) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "config.json: position_embedding_type '%s', only 'absolute' is known",
                         scheme);
    }
    return MPCF_OK;
}

static mpcf_status read_sizes(struct encoder *e, const mpcf_json *config, mpcf_error *err)
{
    e->types = 2;
    MPCF_TRY(mpcf_json_int(config, "vocab_size", 1, 100000000, &e->vocab, err));
    MPCF_TRY(mpcf_json_int(config, "hidden_size", 1, SIZE_MAX_CONFIG, &e->hidden, err));
    MPCF_TRY(mpcf_json_int(config, "num_hidden_layers", 1, LAYERS_MAX, &e->layers, err));
    MPCF_TRY(mpcf_json_int(config, "num_attention_heads", 1, SIZE_MAX_CONFIG, &e->heads, err));
    MPCF_TRY(mpcf_json_int(config, "intermediate_size", 1, SIZE_MAX_CONFIG, &e->intermediate, err));
    MPCF_TRY(
        mpcf_json_int(config, "max_position_embeddings", 1, SIZE_MAX_CONFIG, &e->positions, err));
    MPCF_TRY(mpcf_json_optional_int(config, "type_vocab_size", 1, SIZE_MAX_CONFIG, &e->types, err));
    MPCF_TRY(mpcf_json_optional_int(config, "pad_token_id", 0, e->vocab - 1, &e->pad_id, err));
    if (e->hidden % e->heads != 0) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "config.json: hidden_size %lld is no multiple of num_attention_heads "
                         "%lld",
                         (long long) e->hidden, (long long) e->heads);
    }
    return MPCF_OK;
}

static mpcf_status read_classes(struct encoder *e, const mpcf_json *config, int64_t classes,
                                mpcf_error *err)
{
    const size_t labels = mpcf_json_count(config, "id2label");

    e->classes = labels > 0 ? (int64_t) labels : 2;
    MPCF_TRY(mpcf_json_optional_int(config, "num_labels", 1, SIZE_MAX_CONFIG, &e->classes, err));
    if (classes > 0) {
        e->classes = classes;
    }
    return MPCF_OK;
}

static mpcf_status read_rates(struct encoder *e, const mpcf_json *config, mpcf_error *err)
{
    e->epsilon = 1e-12;
    e->dropout = 0.1;
    e->attention_dropout = 0.1;
    e->deviation = 0.02;
    MPCF_TRY(mpcf_json_optional_real(config, "layer_norm_eps", 0, 0.1, &e->epsilon, err));
    MPCF_TRY(mpcf_json_optional_real(config, "hidden_dropout_prob", 0, 0.99, &e->dropout, err));
    MPCF_TRY(mpcf_json_optional_real(config, "attention_probs_dropout_prob", 0, 0.99,
                                     &e->attention_dropout, err));
    e->classifier_dropout = e->dropout;
    MPCF_TRY(mpcf_json_optional_real(config, "classifier_dropout", 0, 0.99, &e->classifier_dropout,
                                     err));
    return mpcf_json_optional_real(config, "initializer_range", 0, 10, &e->deviation, err);
}

static mpcf_status set_first_position(struct encoder *e, mpcf_error *err)
{
    e->first_position = e->family->positions_follow_pad ? e->pad_id + 1 : 0;
    if (e->positions <= e->first_position) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "config.json: max_position_embeddings %lld leaves none behind "
                         "pad_token_id %lld",
                         (long long) e->positions, (long long) e->pad_id);
    }
    return MPCF_OK;
}

static mpcf_status read_config(struct encoder *e, const mpcf_json *config, int64_t classes,
                               mpcf_error *err)
{
    MPCF_TRY(check_type(e->family, config, err));
    MPCF_TRY(check_supported(config, err));
    MPCF_TRY(read_activation(e, config, err));
    MPCF_TRY(read_sizes(e, config, err));
    MPCF_TRY(read_classes(e, config, classes, err));
    MPCF_TRY(read_rates(e, config, err));
    return set_first_position(e, err);
}

mpcf_status encoder_configure(const struct encoder_family *family, const mpcf_json *config,
                              int64_t classes, void **model, mpcf_error *err)
{
    struct encoder *e = calloc(1, sizeof(*e));
    mpcf_status status;

    if (e == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for the model");
    }
    e->family = family;
    e->pad_id = family->pad_id;
    status = read_config(e, config, classes, err);
    if (status != MPCF_OK) {
        free(e);
        return status;
    }
    *model = e;
    return MPCF_OK;
}

mpcf_status encoder_tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err)
{
    const struct encoder *e = model;

    (void) err;
    spec->kind = e->family->tokenizer;
    spec->vocab_size = e->vocab;
    spec->max_tokens = e->positions - e->first_position;
    spec->type_count = e->types;
    spec->pad_id = e->pad_id;
    spec->pair_separators = e->family->pair_separators;
    return MPCF_OK;
}

mpcf_status encoder_facts(void *model, mpcf_model_facts *facts, mpcf_error *err)
{
    const struct encoder *e = model;

    (void) err;
    facts->layers = e->layers;
    facts->hidden = e->hidden;
    facts->heads = e->heads;
    facts->intermediate = e->intermediate;
    facts->classes = e->classes;
    facts->activation = e->activation;
    facts->weight_prefix = e->family->prefix;
    return MPCF_OK;
}
