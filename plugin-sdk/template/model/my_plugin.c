/* SPDX-License-Identifier: Apache-2.0 */
/*
 * my_plugin: a small encoder, as a start for a model family. It is written with nodes and
 * slots; what fills the slots, and which engine runs it, is decided elsewhere.
 */
#include <mpcf/model.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct network {
    int64_t vocabulary, hidden, layers, heads, intermediate, positions, classes;
};

static mpcf_status configure(const void *config, const mpcf_json *json, int64_t classes,
                             void **model, mpcf_error *err)
{
    struct network *n = calloc(1, sizeof *n);
    mpcf_status status = MPCF_OK;

    (void) config;
    if (n == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a model");
    }
    n->classes = classes > 0 ? classes : 2;
    const struct {
        const char *key;
        int64_t *value;
    } fields[] = {
        {"vocab_size", &n->vocabulary},          {"hidden_size", &n->hidden},
        {"num_hidden_layers", &n->layers},       {"num_attention_heads", &n->heads},
        {"intermediate_size", &n->intermediate}, {"max_position_embeddings", &n->positions}};
    for (size_t i = 0; status == MPCF_OK && i < sizeof fields / sizeof *fields; i++) {
        status = mpcf_json_int(json, fields[i].key, 1, 1 << 20, fields[i].value, err);
    }
    if (status == MPCF_OK && n->hidden % n->heads != 0) {
        status = mpcf_fail(err, MPCF_E_FORMAT, "hidden_size is not a multiple of the heads");
    }
    if (status != MPCF_OK) {
        free(n);
        return status;
    }
    *model = n;
    return MPCF_OK;
}

static void release(void *model)
{
    free(model);
}

static mpcf_status tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err)
{
    const struct network *n = model;

    (void) err;
    spec->kind = MPCF_TOKENIZER_WORDPIECE;
    spec->vocab_size = n->vocabulary;
    spec->max_tokens = n->positions;
    spec->type_count = 1;
    spec->pair_separators = 1;
    return MPCF_OK;
}

static mpcf_status facts(void *model, mpcf_model_facts *out, mpcf_error *err)
{
    const struct network *n = model;

    (void) err;
    out->layers = n->layers;
    out->hidden = n->hidden;
    out->heads = n->heads;
    out->intermediate = n->intermediate;
    out->classes = n->classes;
    out->activation = "gelu";
    out->weight_prefix = "";
    return MPCF_OK;
}

/* --- The network --- */

static mpcf_node *weight(mpcf_graph *g, int64_t layer, const char *name, mpcf_shape shape,
                         double start)
{
    char full[96];

    (void) snprintf(full, sizeof full, "layer.%lld.%s", (long long) layer, name);
    return mpcf_parameter(g, full, shape, start < 0 ? MPCF_INIT_NORMAL : MPCF_INIT_CONSTANT,
                          start < 0 ? 0.05 : start);
}

static mpcf_node *dense(mpcf_graph *g, int64_t layer, const char *name, mpcf_node *x, int64_t in,
                        int64_t out)
{
    mpcf_node *w = weight(g, layer, name, mpcf_shape_2(out, in), -1);
    char bias[64];

    (void) snprintf(bias, sizeof bias, "%s.bias", name);
    return mpcf_linear(g, x, w, weight(g, layer, bias, mpcf_shape_1(out), 0));
}

static mpcf_node *norm(mpcf_graph *g, int64_t layer, const char *name, mpcf_norm where,
                       mpcf_node *x, int64_t hidden)
{
    const mpcf_shape shape = mpcf_shape_1(hidden);
    mpcf_node *gamma = weight(g, layer, name, shape, 1);
    char beta[64];

    (void) snprintf(beta, sizeof beta, "%s.bias", name);
    return mpcf_slot_layer_norm(g, layer < 0 ? 0 : (size_t) layer, where, x, gamma,
                                weight(g, layer, beta, shape, 0), 1e-6);
}

static mpcf_node *tap(mpcf_graph *g, const char *what, int64_t layer, mpcf_node *x)
{
    char name[64];

    (void) snprintf(name, sizeof name, "%s.%lld", what, (long long) layer);
    return mpcf_tap(g, name, x);
}

static mpcf_node *attention(const struct network *n, mpcf_graph *g, int64_t layer, mpcf_node *x,
                            mpcf_node *keep)
{
    const int64_t h = n->hidden;
    mpcf_node *q = mpcf_split_heads(g, dense(g, layer, "query", x, h, h), n->heads);
    mpcf_node *k = mpcf_split_heads(g, dense(g, layer, "key", x, h, h), n->heads);
    mpcf_node *v = mpcf_split_heads(g, dense(g, layer, "value", x, h, h), n->heads);
    mpcf_node *scores =
        mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 1 / sqrt((double) (h / n->heads)));
    mpcf_node *probs;

    scores = tap(g, "scores", layer, scores);
    probs = mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, (size_t) layer, scores, keep);
    probs = tap(g, "probs", layer, probs);
    return dense(g, layer, "output", mpcf_merge_heads(g, mpcf_matmul(g, probs, v)), h, h);
}

static mpcf_node *encoder_layer(const struct network *n, mpcf_graph *g, int64_t layer, mpcf_node *x,
                                mpcf_node *keep)
{
    char scope[64];
    mpcf_node *y;

    (void) snprintf(scope, sizeof scope, "layer.%lld", (long long) layer);
    mpcf_scope(g, scope);
    x = norm(g, layer, "norm1", MPCF_NORM_ATTENTION,
             mpcf_add(g, x, attention(n, g, layer, x, keep)), n->hidden);
    y = dense(g, layer, "up", x, n->hidden, n->intermediate);
    y = mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, (size_t) layer, y, NULL);
    y = dense(g, layer, "down", y, n->intermediate, n->hidden);
    x = norm(g, layer, "norm2", MPCF_NORM_FEED_FORWARD, mpcf_add(g, x, y), n->hidden);
    return tap(g, "hidden", layer, x);
}

static mpcf_status build(void *model, mpcf_graph *g, mpcf_error *err)
{
    const struct network *n = model;
    const mpcf_shape tokens = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_node *ids = mpcf_input(g, "input_ids", tokens, MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *words =
        mpcf_parameter(g, "words", mpcf_shape_2(n->vocabulary, n->hidden), MPCF_INIT_NORMAL, 0.05);
    mpcf_node *places = mpcf_parameter(g, "positions", mpcf_shape_2(n->positions, n->hidden),
                                       MPCF_INIT_NORMAL, 0.05);
    mpcf_node *x, *w, *b;

    (void) err; /* the graph holds the first failure; the host asks it */
    mpcf_scope(g, "embeddings");
    x = mpcf_embedding(g, words, ids);
    x = mpcf_add(g, x, mpcf_positions(g, places, 0));
    x = mpcf_tap(g, "embedding", norm(g, -1, "norm", MPCF_NORM_EMBEDDING, x, n->hidden));
    for (int64_t i = 0; i < n->layers; i++) {
        x = encoder_layer(n, g, i, x, keep);
    }
    mpcf_scope_counts_as(g, "classifier", "classifier");
    mpcf_scope(g, "classifier");
    w = mpcf_parameter(g, "classifier.weight", mpcf_shape_2(n->classes, n->hidden),
                       MPCF_INIT_NORMAL, 0.05);
    b = mpcf_parameter(g, "classifier.bias", mpcf_shape_1(n->classes), MPCF_INIT_CONSTANT, 0);
    x = mpcf_linear(g, mpcf_token(g, x, 0), w, b);
    mpcf_output(g, "logits", mpcf_tap(g, "logits", x));
    return MPCF_OK;
}

static const char *const architectures[] = {"MyPluginForSequenceClassification", NULL};
static const mpcf_model model = {
    .struct_size = sizeof(mpcf_model),
    .name = "my_plugin",
    .summary = "a small encoder",
    .architectures = architectures,
    .configure = configure,
    .release = release,
    .tokenizer = tokenizer,
    .facts = facts,
    .build = build,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_model(registry, &model, err);
}

MPCF_PLUGIN(.name = "my_plugin", .version = "0.1", .license = "Apache-2.0",
            .summary = "a model family to start from", .start = start);
