/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Models: a small network of the family with random weights, run in floats.
 */
#include "conformance/model_check.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "float_engine/float_engine.h"
#include "network/network.h"
#include "plugin/option_set.h"

enum { MODEL_TOKENS = 10, MODEL_LAYERS = 2, MODEL_CLASSES = 3 };

/* The fields that BERT-like families read; a family that needs others says so in its error. */
static json_t *small_config(const mpcf_model *model)
{
    return json_pack(
        "{s:[s], s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:f, s:f, s:f, s:i, s:f}",
        "architectures", model->architectures[0] == NULL ? "" : model->architectures[0],
        "model_type", model->name, "vocab_size", 40, "hidden_size", 16, "num_hidden_layers",
        MODEL_LAYERS, "num_attention_heads", 2, "intermediate_size", 32, "max_position_embeddings",
        24, "type_vocab_size", 2, "hidden_act", "gelu", "layer_norm_eps", 1e-12,
        "hidden_dropout_prob", 0.1, "attention_probs_dropout_prob", 0.1, "pad_token_id", 1,
        "initializer_range", 0.02);
}

static void check_facts(struct conform *c, const struct network *n)
{
    (void) conform_result(c,
                          n->facts.layers == MODEL_LAYERS && n->facts.hidden == 16 &&
                              n->facts.heads == 2 && n->facts.classes == MODEL_CLASSES,
                          "facts() are those of the config and the task",
                          "layers %lld, hidden %lld, heads %lld, classes %lld",
                          (long long) n->facts.layers, (long long) n->facts.hidden,
                          (long long) n->facts.heads, (long long) n->facts.classes);
    (void) conform_result(c,
                          n->tokenizer.vocab_size == 40 && n->tokenizer.max_tokens > 0 &&
                              n->tokenizer.max_tokens <= 24,
                          "its tokenizer fits the config", "vocab_size %lld, max_tokens %lld",
                          (long long) n->tokenizer.vocab_size, (long long) n->tokenizer.max_tokens);
}

static void check_taps(struct conform *c, const struct network *n)
{
    static const char *const per_layer[] = {"scores", "probs", "hidden"};
    char missing[256] = "", name[64];

    for (size_t layer = 0; layer < MODEL_LAYERS; layer++) {
        for (size_t i = 0; i < 3; i++) {
            (void) snprintf(name, sizeof name, "%s.%zu", per_layer[i], layer);
            if (graph_find_tap(n->graph, name) == NULL) {
                (void) snprintf(missing, sizeof missing, "%s", name);
            }
        }
    }
    if (graph_find_tap(n->graph, "embedding") == NULL) {
        (void) snprintf(missing, sizeof missing, "embedding");
    }
    if (graph_find_tap(n->graph, "logits") == NULL) {
        (void) snprintf(missing, sizeof missing, "logits");
    }
    (void) conform_result(c, *missing == '\0', "it names what distillation and reports read",
                          "no tap '%s'", missing);
}

static void random_weights(struct parameters *p, const mpcf_graph *g)
{
    uint64_t state = 5;

    parameters_init(p, g, 5);
    for (size_t i = 0; i < p->count; i++) {
        for (size_t j = 0; j < p->items[i].count; j++) {
            p->items[i].value[j] += (float) (0.2 * random_normal(&state));
        }
    }
}

/* Logits of the same ids at COUNT real tokens, padded to TOKENS. */
static mpcf_status run(const struct network *n, struct parameters *p, size_t count, size_t tokens,
                       float logits[MODEL_CLASSES], mpcf_error *err)
{
    int32_t ids[MODEL_TOKENS], types[MODEL_TOKENS] = {0}, mask[MODEL_TOKENS];
    const struct float_batch batch = {
        .batch = 1,
        .tokens = tokens,
        .input_ids = ids,
        .token_type_ids = types,
        .attention_mask = mask,
    };
    struct float_engine *e = NULL;
    mpcf_status status;

    for (size_t i = 0; i < tokens; i++) {
        mask[i] = i < count;
        ids[i] = i < count ? (int32_t) (2 + 3 * i) : 1;
    }
    status = float_engine_create(n->graph, p, FLOAT_EVALUATE, 1, MODEL_TOKENS, 0, &e, err);
    if (status == MPCF_OK) {
        status = float_forward(e, &batch, err);
    }
    if (status == MPCF_OK) {
        memcpy(logits, float_value(e, graph_find_tap(n->graph, "logits")),
               MODEL_CLASSES * sizeof *logits);
    }
    float_engine_destroy(e);
    return status;
}

static void check_runs(struct conform *c, const struct network *n)
{
    struct parameters *p = NULL;
    float exact[MODEL_CLASSES] = {0}, padded[MODEL_CLASSES] = {0};
    double difference = 0, size = 0;
    mpcf_status status = parameters_create(n->graph, false, &p, c->err);

    if (status == MPCF_OK) {
        random_weights(p, n->graph);
        status = run(n, p, 6, 6, exact, c->err);
    }
    if (status == MPCF_OK) {
        status = run(n, p, 6, MODEL_TOKENS, padded, c->err);
    }
    for (size_t i = 0; status == MPCF_OK && i < MODEL_CLASSES; i++) {
        difference = fmax(difference, fabs((double) exact[i] - (double) padded[i]));
        size = fmax(size, fabs((double) exact[i]));
    }
    (void) conform_result(c, status == MPCF_OK && isfinite(size) && size > 0,
                          "random weights give finite logits", "largest is %g", size);
    (void) conform_result(c, difference <= 1e-4 * (1 + size), "padding changes nothing",
                          "logits differ by %g", difference);
    parameters_destroy(p);
}

static void check_built(struct conform *c, const struct network *n)
{
    const mpcf_node *logits = graph_find_tap(n->graph, "logits");
    const mpcf_shape shape = mpcf_node_shape(logits);

    check_facts(c, n);
    check_taps(c, n);
    if (conform_result(c, shape.rank == 2 && shape.dim[1] == MODEL_CLASSES,
                       "its logits are [batch, classes]", "rank %d", shape.rank) &&
        conform_begin(c, "random weights give finite logits")) {
        check_runs(c, n);
    }
}

static void check_network(struct conform *c, const struct network_request *request)
{
    struct network *n = NULL;
    const mpcf_status status = network_create(request, &n, c->err);

    if (conform_result(c, status == MPCF_OK, "it builds a network from a small config.json",
                       "it failed")) {
        check_built(c, n);
    }
    network_destroy(n);
}

void model_check(struct conform *c, const mpcf_model *model)
{
    struct option_memory *owned = NULL;
    void *config = NULL;
    json_t *json = small_config(model);
    struct network_request request = {
        .plugins = c->plugins,
        .family = model,
        .config = json,
        .config_name = "config.json",
        .classes = MODEL_CLASSES,
    };

    if (conform_defaults(c, COMPONENT_MODEL, model, &config, &owned) &&
        conform_begin(c, "it builds a network from a small config.json")) {
        request.family_config = config;
        check_network(c, &request);
    }
    conform_release(config, owned);
    json_decref(json);
}
