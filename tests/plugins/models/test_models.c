/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/slots.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "format/json.h"
#include "graph/digest.h"
#include "graph/finish.h"
#include "graph/graph.h"
#include "pass/pass.h"
#include "plugin/plugins.h"

static struct plugins *plugins;
static mpcf_error *err;

#define SIZES                                                                                      \
    "\"vocab_size\": 50, \"hidden_size\": 12, \"num_hidden_layers\": 2, "                          \
    "\"num_attention_heads\": 3, \"intermediate_size\": 20, \"max_position_embeddings\": 16"

static const mpcf_model *family(const char *name)
{
    const void *found = NULL;

    assert_ok(plugins_find(plugins, COMPONENT_MODEL, name, &found, err), err);
    return found;
}

static mpcf_status configure(const char *name, const char *text, int64_t classes, void **model)
{
    json_t *value = NULL;
    struct mpcf_json config;
    mpcf_status status;

    assert_ok(json_read_text(text, strlen(text), "config.json", &value, err), err);
    config = (struct mpcf_json){value, "config.json"};
    status = family(name)->configure(NULL, &config, classes, model, err);
    json_decref(value);
    return status;
}

static void configs_that_the_family_cannot_express_are_refused(void **state)
{
    static const struct {
        const char *text, *reason;
        mpcf_status status;
    } cases[] = {
        {"{" SIZES ", \"hidden_act\": \"mish\"}", "hidden_act 'mish'", MPCF_E_UNSUPPORTED},
        {"{" SIZES ", \"position_embedding_type\": \"relative_key\"}",
         "position_embedding_type 'relative_key'", MPCF_E_UNSUPPORTED},
        {"{" SIZES ", \"model_type\": \"gpt2\"}", "model_type 'gpt2'", MPCF_E_UNSUPPORTED},
        {"{" SIZES ", \"is_decoder\": true}", "is_decoder", MPCF_E_UNSUPPORTED},
        {"{" SIZES ", \"add_cross_attention\": true}", "add_cross_attention", MPCF_E_UNSUPPORTED},
        {"{\"vocab_size\": 0}", "vocab_size", MPCF_E_FORMAT},
        {"{" SIZES ", \"layer_norm_eps\": \"small\"}", "layer_norm_eps", MPCF_E_FORMAT},
    };
    static const char *const names[] = {"bert", "roberta", "camembert", "xlm-roberta", "electra"};
    void *model = NULL;

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            assert_status(cases[i].status, configure(names[k], cases[i].text, 0, &model), err);
            assert_message_contains(err, cases[i].reason);
            assert_null(model);
        }
    }
}

static void heads_must_divide_the_width(void **state)
{
    void *model = NULL;

    (void) state;
    assert_status(MPCF_E_UNSUPPORTED,
                  configure("bert",
                            "{\"vocab_size\": 50, \"hidden_size\": 10, \"num_hidden_layers\": 2, "
                            "\"num_attention_heads\": 3, \"intermediate_size\": 20, "
                            "\"max_position_embeddings\": 16}",
                            0, &model),
                  err);
    assert_message_contains(err, "num_attention_heads");
}

static void activations_have_names_of_approximations(void **state)
{
    static const char *const names[][2] = {{"gelu", "gelu"},
                                           {"gelu_python", "gelu"},
                                           {"gelu_new", "gelu_tanh"},
                                           {"gelu_fast", "gelu_tanh"},
                                           {"gelu_accurate", "gelu_tanh"},
                                           {"gelu_python_tanh", "gelu_tanh"},
                                           {"gelu_pytorch_tanh", "gelu_tanh"},
                                           {"quick_gelu", "quick_gelu"},
                                           {"silu", "silu"},
                                           {"swish", "silu"},
                                           {"relu", "relu"}};

    (void) state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        mpcf_model_facts facts = {.struct_size = sizeof(facts)};
        char text[400];
        void *model = NULL;

        (void) snprintf(text, sizeof(text), "{" SIZES ", \"hidden_act\": \"%s\"}", names[i][0]);
        assert_ok(configure("bert", text, 3, &model), err);
        assert_ok(family("bert")->facts(model, &facts, err), err);
        assert_string_equal(facts.activation, names[i][1]);
        assert_string_equal(facts.weight_prefix, "bert.");
        assert_int_equal(facts.classes, 3);
        assert_int_equal(facts.layers, 2);
        family("bert")->release(model);
    }
}

static void labels_give_the_classes(void **state)
{
    mpcf_model_facts facts = {.struct_size = sizeof(facts)};
    void *model = NULL;

    (void) state;
    assert_ok(configure("roberta",
                        "{" SIZES ", \"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}}", 0,
                        &model),
              err);
    assert_ok(family("roberta")->facts(model, &facts, err), err);
    assert_int_equal(facts.classes, 3);
    family("roberta")->release(model);
}

static void roberta_keeps_positions_for_its_padding(void **state)
{
    mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec)};
    void *model = NULL;

    (void) state;
    assert_ok(
        configure("roberta", "{" SIZES ", \"pad_token_id\": 1, \"type_vocab_size\": 1}", 0, &model),
        err);
    assert_ok(family("roberta")->tokenizer(model, &spec, err), err);
    assert_int_equal(spec.kind, MPCF_TOKENIZER_BYTE_BPE);
    assert_int_equal(spec.max_tokens, 14);
    assert_int_equal(spec.pair_separators, 2);
    assert_int_equal(spec.type_count, 1);
    assert_int_equal(spec.pad_id, 1);
    family("roberta")->release(model);
    model = NULL;
    assert_status(MPCF_E_FORMAT,
                  configure("roberta", "{" SIZES ", \"pad_token_id\": 20}", 0, &model), err);
    assert_message_contains(err, "max_position_embeddings");
}

/* The graph of FAMILY with every slot filled by the named approximations; MORE: another, or NULL. */
static mpcf_graph *build_with(const char *name, const struct slot_filling *more)
{
    static const char *const fillers[] = {"relu", "2quad", "tanh"};
    static double five = 5;
    struct slot_filling fillings[4];
    mpcf_graph *g = graph_create();
    void *model = NULL;

    for (size_t i = 0; i < 3; i++) {
        const void *found = NULL;
        const mpcf_approx *approx;

        assert_ok(plugins_find(plugins, COMPONENT_APPROX, fillers[i], &found, err), err);
        approx = found;
        fillings[i] = (struct slot_filling){
            .slot = approx->slot, .last_layer = SIZE_MAX, .approx = approx, .config = &five};
    }
    assert_ok(configure(name, "{" SIZES "}", 2, &model), err);
    if (more != NULL) {
        fillings[3] = *more;
    }
    assert_ok(graph_fill_slots(g, fillings, more != NULL ? 4 : 3, false, err), err);
    assert_ok(family(name)->build(model, g, err), err);
    assert_ok(graph_check(g, err), err);
    family(name)->release(model);
    return g;
}

/* Where nothing fills layer norms and heads are not told apart, the graph is that of the versions before
 * there were such entries: a student of theirs (`mpcf-host example`, Quad+2Quad) has this digest. */

static mpcf_graph *build(const char *name)
{
    return build_with(name, NULL);
}

static void slots_that_are_not_filled_change_no_digest(void **state)
{
    static const char config[] =
        "{\"vocab_size\": 78, \"hidden_size\": 48, \"num_hidden_layers\": 2, "
        "\"num_attention_heads\": 4, \"intermediate_size\": 96, \"max_position_embeddings\": 64, "
        "\"hidden_dropout_prob\": 0.0, \"initializer_range\": 0.1, "
        "\"attention_probs_dropout_prob\": 0.0, \"pad_token_id\": 0}";
    static const char *const names[] = {"quad", "2quad", "tanh"};
    static const double options[] = {0.125, 0.25, 0.5}, five = 5;
    const void *const configs[] = {options, &five, NULL};
    struct slot_filling fillings[3];
    mpcf_graph *g = graph_create(), *passed = NULL;
    char digest[FILE_DIGEST_SIZE];
    void *model = NULL;

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        const void *found = NULL;

        assert_ok(plugins_find(plugins, COMPONENT_APPROX, names[i], &found, err), err);
        fillings[i] = (struct slot_filling){.slot = (mpcf_slot) (i + 1),
                                            .last_layer = SIZE_MAX,
                                            .approx = found,
                                            .config = configs[i]};
    }
    assert_ok(configure("bert", config, 2, &model), err);
    assert_ok(graph_fill_slots(g, fillings, 3, false, err), err);
    assert_ok(family("bert")->build(model, g, err), err);
    assert_ok(graph_finish(g, err), err);
    assert_ok(pass_all(g, &passed, err), err);
    assert_true(graph_digest(passed, digest));
    assert_string_equal(digest, "808ab1bab13285cd0d23cb3408e13ff0608f2a877ad41fa049e0e367f41ff47f");
    graph_destroy(passed);
    graph_destroy(g);
    family("bert")->release(model);
}

/* Two a layer and that of the embedding, each with values of its own. */
static void layer_norms_of_every_family_are_slots(void **state)
{
    static const char *const families[] = {"bert",        "roberta",    "camembert",
                                           "xlm-roberta", "distilbert", "electra"};
    static const double half = 0.5;
    const void *found = NULL;

    (void) state;
    assert_ok(plugins_find(plugins, COMPONENT_APPROX, "dyt", &found, err), err);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const struct slot_filling norm = {
            .slot = MPCF_SLOT_LAYER_NORM, .last_layer = SIZE_MAX, .approx = found, .config = &half};
        mpcf_graph *g = build_with(families[i], &norm);
        size_t own = 0;

        for (size_t k = 0; k < graph_count(g); k++) {
            const mpcf_node *node = graph_node(g, k);

            assert_int_not_equal(node->kind, OP_LAYER_NORM);
            own += node->kind == OP_PARAMETER &&
                   strncmp(node->label, "approximations.layer_norm.", 26) == 0;
        }
        assert_int_equal(own, 2 * 2 + 1);
        graph_destroy(g);
    }
}

static void distilbert_has_keys_of_its_own(void **state)
{
    static const char *const texts[] = {
        "{\"dim\": 12, \"n_layers\": 3, \"n_heads\": 2, \"hidden_dim\": 20, \"activation\": "
        "\"relu\"}",
        "{\"dim\": 8, \"hidden_size\": 12, \"num_hidden_layers\": 3, \"num_attention_heads\": 2, "
        "\"hidden_dim\": 20, \"activation\": \"relu\", \"n_heads\": 4}",
    };

    (void) state;
    for (size_t i = 0; i < 2; i++) { /* as the library, under either name */
        mpcf_model_facts facts = {.struct_size = sizeof(facts)};
        mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec)};
        void *model = NULL;

        assert_ok(configure("distilbert", texts[i], 0, &model), err);
        assert_ok(family("distilbert")->facts(model, &facts, err), err);
        assert_ok(family("distilbert")->tokenizer(model, &spec, err), err);
        assert_int_equal(facts.hidden, 12);
        assert_int_equal(facts.layers, 3);
        assert_int_equal(facts.heads, 2);
        assert_int_equal(facts.intermediate, 20);
        assert_string_equal(facts.activation, "relu");
        assert_int_equal(spec.type_count, 1);
        family("distilbert")->release(model);
    }
}

static void distilbert_refuses_under_its_own_keys(void **state)
{
    void *model = NULL;

    (void) state;
    assert_status(MPCF_E_UNSUPPORTED,
                  configure("distilbert", "{\"activation\": \"mish\"}", 0, &model), err);
    assert_message_contains(err, "activation 'mish'");
    assert_status(MPCF_E_UNSUPPORTED,
                  configure("distilbert", "{\"dim\": 10, \"n_heads\": 3}", 0, &model), err);
    assert_message_contains(err, "dim 10 is no multiple of n_heads 3");
}

static void graphs_have_the_taps_and_names_of_checkpoints(void **state)
{
    static const char *const taps[] = {"embedding", "scores.0", "probs.0",  "hidden.0",
                                       "scores.1",  "probs.1",  "hidden.1", "logits"};
    mpcf_graph *bert = build("bert");
    mpcf_graph *roberta = build("roberta");

    (void) state;
    for (size_t i = 0; i < sizeof(taps) / sizeof(taps[0]); i++) {
        assert_non_null(graph_find_tap(bert, taps[i]));
        assert_non_null(graph_find_tap(roberta, taps[i]));
    }
    assert_non_null(graph_find_tap(bert, "pooled"));
    assert_non_null(graph_find(bert, "bert.encoder.layer.1.attention.self.query.weight"));
    assert_non_null(graph_find(bert, "bert.pooler.dense.bias"));
    assert_non_null(graph_find(bert, "classifier.weight"));
    assert_non_null(graph_find(roberta, "roberta.encoder.layer.0.output.LayerNorm.weight"));
    assert_non_null(graph_find(roberta, "classifier.out_proj.bias"));
    assert_null(graph_find(roberta, "roberta.pooler.dense.bias"));
    assert_int_equal(graph_find_tap(bert, "logits")->shape.dim[1], 2);
    graph_destroy(bert);
    graph_destroy(roberta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configs_that_the_family_cannot_express_are_refused),
        cmocka_unit_test(heads_must_divide_the_width),
        cmocka_unit_test(activations_have_names_of_approximations),
        cmocka_unit_test(labels_give_the_classes),
        cmocka_unit_test(roberta_keeps_positions_for_its_padding),
        cmocka_unit_test(slots_that_are_not_filled_change_no_digest),
        cmocka_unit_test(layer_norms_of_every_family_are_slots),
        cmocka_unit_test(distilbert_has_keys_of_its_own),
        cmocka_unit_test(distilbert_refuses_under_its_own_keys),
        cmocka_unit_test(graphs_have_the_taps_and_names_of_checkpoints),
    };
    int failed;

    err = mpcf_error_create();
    if (plugins_create(NULL, &plugins, err) != MPCF_OK) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
    return failed;
}
