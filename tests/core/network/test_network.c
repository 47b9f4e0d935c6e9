/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a family may build, and which layers a pipeline file may name: the rest is refused when the
 * network is made, before anything is trained or sent.
 */
#include "network/network.h"

#include <string.h>

#include "format/json.h"
#include "support/network.h"
#include "support/support.h"

enum { LAYERS = 2, WIDTH = 8 };

/* A family of nothing but slots, in two layers; what it gives as a result is the test's. */
struct family {
    const char *output;
    bool has_second, has_rows;
    int64_t classes;
};
static struct family family; /* a descriptor has no context of its own */

static mpcf_status configure(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err)
{
    (void) config, (void) config_json, (void) classes, (void) err;
    *model = &family;
    return MPCF_OK;
}

static void release(void *model)
{
    (void) model;
}

static mpcf_status facts(void *model, mpcf_model_facts *facts, mpcf_error *err)
{
    (void) model, (void) err;
    facts->layers = LAYERS;
    facts->classes = 3;
    facts->activation = "gelu";
    return MPCF_OK;
}

static mpcf_status tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err)
{
    (void) model, (void) spec, (void) err;
    return MPCF_OK;
}

static mpcf_status build(void *model, mpcf_graph *g, mpcf_error *err)
{
    const struct family *f = model;
    const mpcf_shape ids_shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_node *ids = mpcf_input(g, "input_ids", ids_shape, MPCF_USER);
    mpcf_node *table = mpcf_parameter(g, "w", mpcf_shape_2(9, WIDTH), MPCF_INIT_NORMAL, 1);
    mpcf_node *x = mpcf_embedding(g, table, ids);

    (void) err;
    for (size_t layer = 0; layer < LAYERS; layer++) {
        x = mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, layer, x, NULL);
    }
    mpcf_node *y = f->has_rows ? x : mpcf_token(g, x, 0);
    mpcf_output(g, f->output, mpcf_slice(g, y, 0, f->classes));
    if (f->has_second) {
        mpcf_output(g, "hidden", x);
    }
    return MPCF_OK;
}

static const char *const architectures[] = {NULL};
static const mpcf_model model = {.struct_size = sizeof model,
                                 .name = "slots",
                                 .architectures = architectures,
                                 .configure = configure,
                                 .release = release,
                                 .tokenizer = tokenizer,
                                 .facts = facts,
                                 .build = build};

struct made {
    struct plugins *plugins;
    struct network *network;
    json_t *config;
    mpcf_error *err;
    mpcf_status status;
};

/* SLOT's exact function in layers FIRST to LAST (SIZE_MAX: all). */
static struct made make(mpcf_slot slot, size_t first, size_t last)
{
    static const char *const names[] = {"", "relu", "softmax", "tanh"};
    struct made m = {
        .plugins = test_plugins(), .config = json_object(), .err = mpcf_error_create()};
    const void *approx = NULL;

    assert_ok(plugins_find(m.plugins, COMPONENT_APPROX, names[slot], &approx, m.err), m.err);
    const struct slot_filling filling = {
        .slot = slot, .first_layer = first, .last_layer = last, .approx = approx};
    const struct network_request request = {.plugins = m.plugins,
                                            .family = &model,
                                            .config = m.config,
                                            .config_name = "config.json",
                                            .classes = 3,
                                            .fillings = &filling,
                                            .filling_count = 1};

    m.status = network_create(&request, &m.network, m.err);
    return m;
}

static void clear(struct made *m)
{
    network_destroy(m->network);
    plugins_destroy(m->plugins);
    json_decref(m->config);
    mpcf_error_destroy(m->err);
}

static void refuses(struct made m, mpcf_status status, const char *text)
{
    assert_status_was(status, m.status, m.err);
    assert_message_contains(m.err, text);
    assert_null(m.network);
    clear(&m);
}

static void accepts(struct made m)
{
    assert_was_ok(m.status, m.err);
    assert_non_null(m.network);
    clear(&m);
}

static void layers_that_are_there_are_taken(void **state)
{
    (void) state;
    family = (struct family){.output = "logits", .classes = 3};
    accepts(make(MPCF_SLOT_ACTIVATION, 0, SIZE_MAX));
    accepts(make(MPCF_SLOT_ACTIVATION, 0, 1));
    accepts(make(MPCF_SLOT_ACTIVATION, 1, 1));
    accepts(make(MPCF_SLOT_TANH, 0, SIZE_MAX));
}

static void layers_that_are_not_are_refused(void **state)
{
    (void) state;
    family = (struct family){.output = "logits", .classes = 3};
    refuses(make(MPCF_SLOT_ACTIVATION, 1, 2), MPCF_E_CONFIG,
            "approximations.activation: layers 1-2: the network has this slot in layers 0-1");
    refuses(make(MPCF_SLOT_ACTIVATION, 2, 2), MPCF_E_CONFIG, "layers 2-2");
    refuses(make(MPCF_SLOT_NORMALISER, 0, 0), MPCF_E_CONFIG,
            "approximations.normaliser: layers 0-0: the network has none with this slot");
}

static void one_output_is_taken(void **state)
{
    (void) state;
    family = (struct family){.output = "logits", .classes = 3, .has_second = true};
    refuses(make(MPCF_SLOT_ACTIVATION, 0, SIZE_MAX), MPCF_E_UNSUPPORTED,
            "builds 2 outputs ('hidden', 'logits'): a network has one, 'logits'");
    family = (struct family){.output = "scores", .classes = 3};
    refuses(make(MPCF_SLOT_ACTIVATION, 0, SIZE_MAX), MPCF_E_UNSUPPORTED,
            "the output 'scores' [B, 3]: expected 'logits' [B, 3]");
    family = (struct family){.output = "logits", .classes = 4};
    refuses(make(MPCF_SLOT_ACTIVATION, 0, SIZE_MAX), MPCF_E_UNSUPPORTED,
            "the output 'logits' [B, 4]: expected 'logits' [B, 3]");
    family = (struct family){.output = "logits", .classes = 3, .has_rows = true};
    refuses(make(MPCF_SLOT_ACTIVATION, 0, SIZE_MAX), MPCF_E_UNSUPPORTED,
            "the output 'logits' [B, T, 3]: expected 'logits' [B, 3]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_that_are_there_are_taken),
        cmocka_unit_test(layers_that_are_not_are_refused),
        cmocka_unit_test(one_output_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
