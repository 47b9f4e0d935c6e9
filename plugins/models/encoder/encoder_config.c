/* SPDX-License-Identifier: Apache-2.0 */
/* What a config.json says of an encoder, and what of it is refused. */
#include "encoder.h"

#include <stdlib.h>
#include <string.h>

/* No published model is near these; a file that is beyond them is broken. */
#define SIZE_MAX_CONFIG 1000000
#define LAYERS_MAX      1000

/* What ACT2FN of transformers 5.24 computes under each name. */
static const struct {
    const char *act, *approximation;
} activations[] = {
    {"gelu", "gelu"},
    {"gelu_python", "gelu"},
    {"gelu_new", "gelu_tanh"},
    {"gelu_fast", "gelu_tanh"},
    {"gelu_accurate", "gelu_tanh"},
    {"gelu_python_tanh", "gelu_tanh"},
    {"gelu_pytorch_tanh", "gelu_tanh"},
    {"quick_gelu", "quick_gelu"},
    {"relu", "relu"},
    {"silu", "silu"},
    {"swish", "silu"},
};

static mpcf_status read_activation(struct encoder *e, const mpcf_json *config, mpcf_error *err)
{
    const char *key = e->family->keys->activation;
    const char *act = "gelu";

    MPCF_TRY(mpcf_json_optional_string(config, key, &act, err));
    for (size_t i = 0; i < sizeof(activations) / sizeof(activations[0]); i++) {
        if (strcmp(act, activations[i].act) == 0) {
            e->activation = activations[i].approximation;
            return MPCF_OK;
        }
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                     "config.json: %s '%s' is not known (gelu, gelu_python, gelu_new, gelu_fast, "
                     "gelu_accurate, gelu_python_tanh, gelu_pytorch_tanh, quick_gelu, relu, silu, "
                     "swish)",
                     key, act);
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
    const char *type = family->name;

    MPCF_TRY(mpcf_json_optional_string(config, "model_type", &type, err));
    return strcmp(type, family->name) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_UNSUPPORTED, "config.json: model_type '%s', expected '%s'",
                           type, family->name);
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

/* KEY may be NULL, and may be missing: then *VALUE stays. */
static mpcf_status read_size(const mpcf_json *config, const char *key, int64_t high, int64_t *value,
                             mpcf_error *err)
{
    return key == NULL ? MPCF_OK : mpcf_json_optional_int(config, key, 1, high, value, err);
}

/* Under the family's own key, or the one that all have; of both the latter, as in the library. */
static mpcf_status read_either(const mpcf_json *config, const char *key, const char *common,
                               int64_t high, int64_t *value, mpcf_error *err)
{
    MPCF_TRY(read_size(config, key, high, value, err));
    return read_size(config, common, high, value, err);
}

static mpcf_status check_heads(const struct encoder *e, mpcf_error *err)
{
    if (e->hidden % e->heads != 0) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "config.json: %s %lld is no multiple of %s %lld",
                         e->family->keys->hidden, (long long) e->hidden, e->family->keys->heads,
                         (long long) e->heads);
    }
    return MPCF_OK;
}

static mpcf_status read_sizes(struct encoder *e, const mpcf_json *c, mpcf_error *err)
{
    const struct encoder_keys *k = e->family->keys;

    MPCF_TRY(read_size(c, "vocab_size", 100000000, &e->vocab, err));
    MPCF_TRY(read_either(c, k->hidden, "hidden_size", SIZE_MAX_CONFIG, &e->hidden, err));
    MPCF_TRY(read_either(c, k->layers, "num_hidden_layers", LAYERS_MAX, &e->layers, err));
    MPCF_TRY(read_either(c, k->heads, "num_attention_heads", SIZE_MAX_CONFIG, &e->heads, err));
    MPCF_TRY(read_size(c, k->intermediate, SIZE_MAX_CONFIG, &e->intermediate, err));
    MPCF_TRY(read_size(c, "max_position_embeddings", SIZE_MAX_CONFIG, &e->positions, err));
    MPCF_TRY(read_size(c, k->types, SIZE_MAX_CONFIG, &e->types, err));
    MPCF_TRY(mpcf_json_optional_int(c, "pad_token_id", 0, e->vocab - 1, &e->pad_id, err));
    MPCF_TRY(read_size(c, k->embedding, SIZE_MAX_CONFIG, &e->embedding, err));
    if (k->embedding == NULL) {
        e->embedding = e->hidden;
    }
    return check_heads(e, err);
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

static mpcf_status read_chance(const mpcf_json *config, const char *key, double *chance,
                               mpcf_error *err)
{
    return mpcf_json_optional_real(config, key, 0, 0.99, chance, err);
}

static mpcf_status read_rates(struct encoder *e, const mpcf_json *config, mpcf_error *err)
{
    const struct encoder_keys *k = e->family->keys;

    e->epsilon = 1e-12;
    e->dropout = 0.1;
    e->attention_dropout = 0.1;
    e->deviation = 0.02;
    if (k->epsilon != NULL) {
        MPCF_TRY(mpcf_json_optional_real(config, k->epsilon, 0, 0.1, &e->epsilon, err));
    }
    MPCF_TRY(read_chance(config, k->dropout, &e->dropout, err));
    MPCF_TRY(read_chance(config, k->attention_dropout, &e->attention_dropout, err));
    e->classifier_dropout =
        e->family->classifier_dropout < 0 ? e->dropout : e->family->classifier_dropout;
    MPCF_TRY(read_chance(config, k->classifier_dropout, &e->classifier_dropout, err));
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

/* What holds where config.json is silent. */
static struct encoder start_of(const struct encoder_family *family)
{
    const struct encoder_sizes *s = &family->sizes;

    return (struct encoder){.family = family,
                            .vocab = s->vocab,
                            .positions = s->positions,
                            .types = s->types,
                            .layers = s->layers,
                            .hidden = s->hidden,
                            .heads = s->heads,
                            .intermediate = s->intermediate,
                            .embedding = s->embedding,
                            .pad_id = s->pad_id};
}

mpcf_status encoder_configure(const struct encoder_family *family, const mpcf_json *config,
                              int64_t classes, void **model, mpcf_error *err)
{
    struct encoder *e = calloc(1, sizeof(*e));
    mpcf_status status;

    if (e == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for the model");
    }
    *e = start_of(family);
    status = read_config(e, config, classes, err);
    if (status != MPCF_OK) {
        free(e);
        return status;
    }
    *model = e;
    return MPCF_OK;
}

void encoder_release(void *model)
{
    free(model);
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
