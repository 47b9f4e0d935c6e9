/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "lower/named_network.h"
#include "pipeline/needed_files.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/padded_length.h"
#include "pipeline/paper.h"
#include "pipeline/print_settings.h"
#include "pipeline/settings_json.h"
#include "support/support.h"

#define HEAD                                                                                       \
    "version: 1\noutput: out\nplugins: [toy]\nmodel: {family: toy, path: net}\n"                   \
    "dataset: {reader: toy, task: SST-2, path: data}\n"

struct opened {
    struct pipeline *p;
    mpcf_error *err;
    mpcf_status status;
};

static struct opened open_with(const char *text, const char *const *sets, size_t set_count)
{
    struct opened o = {.err = mpcf_error_create()};
    char *path = file_join(test_folder(), "p.yaml");
    const struct pipeline_request request = {
        .file = path,
        .sets = sets,
        .set_count = set_count,
        .plugin_folder = getenv("MPCF_TEST_PLUGINS"),
    };

    assert_ok(file_write_whole(path, text, strlen(text), o.err), o.err);
    o.status = pipeline_open(&request, &o.p, o.err);
    mpcf_free(path);
    return o;
}

static void close_it(struct opened *o)
{
    pipeline_close(o->p);
    mpcf_error_destroy(o->err);
}

static struct opened opened(const char *text)
{
    struct opened o = open_with(text, NULL, 0);

    assert_was_ok(o.status, o.err);
    return o;
}

static void complains(const char *text, const char *message)
{
    struct opened o = open_with(text, NULL, 0);

    assert_status_was(MPCF_E_CONFIG, o.status, o.err);
    assert_message_contains(o.err, message);
    close_it(&o);
}

static void a_short_file_gets_defaults(void **state)
{
    struct opened o = opened(
        HEAD
        "approximations: {activation: toy_act}\nstages: {convert: {}, distill: , infer: {}}\n");
    const struct pipeline *p = o.p;

    (void) state;
    assert_true(p->output[0] == '/' && text_ends_with(p->output, "/out"));
    assert_true(text_ends_with(p->model_path, "/net"));
    assert_string_equal(((const mpcf_dataset *) p->dataset.descriptor)->name, "toy");
    assert_string_equal(p->task.name, "SST-2");
    assert_int_equal(p->max_length, 128);
    assert_false(p->has_stage[STAGE_FINETUNE]);
    assert_true(p->has_stage[STAGE_CONVERT] && p->has_stage[STAGE_DISTILL] &&
                p->has_stage[STAGE_INFER]);
    assert_int_equal(p->filling_count, 1);
    assert_true(p->fillings[0].last_layer == SIZE_MAX);
    assert_true(*(const double *) p->fillings[0].config == 5);
    assert_int_equal(p->distill.layers.training.epochs, 10); /* appendix A.4, SST-2 */
    assert_int_equal(p->distill.layers.training.batch, 32);
    assert_true(p->distill.layers.training.learning_rate == 5e-5);
    assert_int_equal(p->distill.prediction.training.epochs, 5);
    assert_true(p->distill.prediction.training.learning_rate == 1e-5);
    assert_int_equal(p->distill.prediction.loss, PREDICTION_MSE);
    assert_int_equal(p->calibrate.examples, 1024);
    assert_int_equal(p->infer.length, LENGTH_BUCKET);
    assert_false(p->has_parties);
    assert_string_equal(p->transport.name, "loopback");
    close_it(&o);
}

#define TASK_HEAD                                                                                  \
    "version: 1\noutput: out\nplugins: [toy]\nmodel: {family: toy, path: net}\n"                   \
    "dataset: {reader: toy, path: data, task: %s}\nstages: {distill: {%s}}\n"

/* Layer distillation has EPOCHS and BATCH, and prediction distillation its 5 epochs and BATCH. */
static void assert_distills(const char *task, const char *options, int64_t epochs, int64_t batch)
{
    char text[400];

    (void) snprintf(text, sizeof text, TASK_HEAD, task, options);
    struct opened o = opened(text);
    const struct distill_settings *d = &o.p->distill;

    if (d->layers.training.epochs != epochs || d->layers.training.batch != batch) {
        fail_msg("%s {%s}: %d epochs in batches of %d, not %d in %d", task, options,
                 (int) d->layers.training.epochs, (int) d->layers.training.batch, (int) epochs,
                 (int) batch);
    }
    assert_int_equal(d->prediction.training.epochs, 5);
    close_it(&o);
}

/* MPCFormer, appendix A.4; a task that it does not have takes what its middle-sized ones do. */
static void the_paper_decides_epochs_by_task(void **state)
{
    static const struct {
        const char *task;
        int64_t epochs, batch;
    } paper[] = {
        {"MNLI", 5, 32},  {"QQP", 5, 32},    {"QNLI", 10, 32}, {"SST-2", 10, 32}, {"MRPC", 20, 8},
        {"IMDB", 30, 32}, {"STS-B", 50, 32}, {"CoLA", 50, 8},  {"RTE", 50, 8},    {"WNLI", 10, 32},
    };

    (void) state;
    for (size_t i = 0; i < sizeof paper / sizeof paper[0]; i++) {
        assert_distills(paper[i].task, "", paper[i].epochs, paper[i].batch);
    }
}

static void the_file_decides_before_the_paper(void **state)
{
    (void) state;
    assert_distills("RTE", "layers: {epochs: 7}", 7, 8);
    assert_distills("RTE", "layers: {batch: 4}", 50, 4);
    assert_distills("RTE", "layers: {epochs: 0, batch: 1}", 0, 1);
    assert_distills("RTE", "layers: {epochs: -1, batch: -1}", 50, 8);
}

static void slots_take_lists_with_layers(void **state)
{
    struct opened o = opened(
        HEAD
        "approximations:\n  normaliser:\n    - {name: toy_norm, options: {c: 2}, layers: \"0-5\"}\n"
        "    - {name: toy_norm, layers: \"6, 8-11\"}\n");

    (void) state;
    assert_int_equal(o.p->filling_count, 3);
    assert_int_equal(o.p->fillings[0].last_layer, 5);
    assert_int_equal(o.p->fillings[2].first_layer, 8);
    assert_int_equal(o.p->fillings[2].last_layer, 11);
    assert_true(*(const double *) o.p->fillings[0].config == 2);
    close_it(&o);
}

static void normalisers_go_by_heads(void **state)
{
    struct opened o = opened(HEAD "approximations:\n  normaliser:\n"
                                  "    - {name: toy_norm, heads: \"0, 3-5\", layers: \"0-1,4\"}\n"
                                  "    - {name: toy_norm, options: {c: 2}, heads: \"1\"}\n"
                                  "    - toy_norm\n");
    struct text_buffer text = {0};
    json_t *settings;
    const json_t *approximations;

    (void) state;
    assert_int_equal(o.p->filling_count, 4);
    assert_int_equal(o.p->fillings[0].heads.bits[0], 1 + 8 + 16 + 32);
    assert_int_equal(o.p->fillings[1].heads.bits[0], 1 + 8 + 16 + 32);
    assert_int_equal(o.p->fillings[1].first_layer, 4);
    assert_int_equal(o.p->fillings[2].heads.bits[0], 2);
    assert_true(head_set_is_empty(&o.p->fillings[3].heads));
    pipeline_print_approximations(o.p, &text); /* by which a changed entry is noticed */
    assert_non_null(strstr(text_string(&text), "normaliser 0-1 heads=0,3-5 toy_norm"));
    assert_non_null(strstr(text_string(&text), "normaliser 4-4 heads=0,3-5 toy_norm"));
    assert_non_null(strstr(text_string(&text), "normaliser all heads=1 toy_norm c=2"));
    text_clear(&text);
    settings = pipeline_settings_json(o.p);
    approximations = json_object_get(settings, "approximations");
    assert_int_equal(json_object_size(approximations), 4);
    assert_string_equal(json_string_value(json_object_get(approximations, "normaliser heads=1")),
                        "toy_norm c=2");
    json_decref(settings);
    close_it(&o);
}

static void layer_norms_go_by_kind(void **state)
{
    struct opened o = opened(HEAD "approximations:\n  layer_norm:\n"
                                  "    - {name: toy_ln, layers: \"0-1\"}\n"
                                  "    - {name: toy_ln, where: \"feed_forward\", layers: \"2\"}\n"
                                  "    - {name: toy_ln, options: {c: 2}, where: \"embedding\"}\n"
                                  "    - {name: toy_ln, where: \"attention , feed_forward\", "
                                  "layers: \"7\"}\n");
    struct text_buffer text = {0};

    (void) state;
    pipeline_print_approximations(o.p, &text);
    assert_non_null(
        strstr(text_string(&text), "layer_norm 0-1 where=attention+feed_forward toy_ln"));
    assert_non_null(strstr(text_string(&text), "layer_norm 2-2 where=feed_forward toy_ln"));
    assert_non_null(
        strstr(text_string(&text), "layer_norm 7-7 where=attention+feed_forward toy_ln"));
    assert_non_null(strstr(text_string(&text), "layer_norm all where=embedding toy_ln c=2"));
    text_clear(&text);
    close_it(&o);
}

static void parts_of_a_slot_are_read_with_care(void **state)
{
    static const char *const cases[][2] = {
        {"normaliser: [{name: toy_norm, heads: \"0-2\"}, {name: toy_norm, heads: \"2\"}]",
         "p.yaml:7:72: two entries of 'normaliser' cover the same head of the same layer"},
        {"normaliser: {name: toy_norm, heads: \"2-1\"}", ": heads: expected ranges"},
        {"normaliser: {name: toy_norm, heads: \"0;1\"}", "p.yaml:7:39: heads: ';1' is not"},
        {"normaliser: {name: toy_norm, heads: \"256\"}", ": heads: expected ranges"},
        {"normaliser: {name: toy_norm, heads: [0, 1]}", ": heads: expected ranges"},
        {"activation: {name: toy_act, heads: \"0\"}", "p.yaml:7:38: heads: 'activation' has none"},
        {"activation: {name: toy_act, where: embedding}", "p.yaml:7:38: where: says which layer"},
        {"layer_norm: {name: toy_ln, where: \"attention, embeding\"}",
         "p.yaml:7:37: where: expected attention, feed_forward, embedding; did you mean 'embed"},
        {"layer_norm: {name: toy_ln, where: \"attention embedding\"}",
         ": where: expected attention"},
        {"layer_norm: {name: toy_ln, where: \"\"}", ": where: expected attention"},
        {"layer_norm: {name: toy_ln, where: {a: b}}", ": where: expected attention"},
        {"layer_norm: {name: toy_ln, where: embeding}", "did you mean 'embedding'?"},
        {"layer_norm: {name: toy_ln, where: [embedding, attention], layers: \"0\"}",
         "layers: the norm of the embedding is of no layer"},
        {"layer_norm: [{name: toy_ln, where: attention}, {name: toy_ln, layers: \"0-2\"}]",
         "p.yaml:7:73: two entries of 'layer_norm' cover the same norm, 'attention'; give each its "
         "`where:` or its `layers:`"},
        {"layer_norm: [{name: toy_ln, where: embedding}, toy_ln]",
         "p.yaml:7:50: two entries of 'layer_norm' cover the same norm, 'embedding'; give"},
        {"layer_norm: {name: toy_ln, where: [attention, attention]}",
         "p.yaml:7:49: where: 'attention' stands twice"},
        {"normaliser: {name: toy_norm, heads: \"0,0,1-2,1\"}",
         "p.yaml:7:39: heads: 0 stands twice"},
        {"normaliser: {name: toy_norm, heads: \"0,1-3,2\", layers: \"0\"}",
         "p.yaml:7:39: heads: 2 stands twice"},
        {"activation: {name: toy_act, layers: \"0-3,2\"}", "p.yaml:7:39: layers: 2 stands twice"},
        {"normaliser: {name: toy_norm, layers: \"1,0-3\", heads: \"0\"}",
         "p.yaml:7:40: layers: 1 stands twice"},
        {"normaliser: {name: toy_norm, head: \"0\"}", "did you mean 'heads'?"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        struct opened o;

        (void) snprintf(text, sizeof text, HEAD "approximations:\n  %s\n", cases[i][0]);
        o = open_with(text, NULL, 0);
        assert_status_was(MPCF_E_CONFIG, o.status, o.err);
        assert_message_contains(o.err, cases[i][1]);
        close_it(&o);
    }
}

static void all_mistakes_of_a_file_come_at_once(void **state)
{
    struct opened o = open_with("version: 2\noutput: out\nplugins: [toy, ./none.so]\n"
                                "model: {familly: toy, path: net}\n"
                                "dataset: {reader: toy, task: SST-3, path: data, max_lenght: 5}\n"
                                "approximations: {activation: toy_norm, normalizer: toy_norm,\n"
                                "                 tanh: {name: toy_ac}}\n"
                                "transport: {name: toy_plain, options: {retri: 1s}}\n"
                                "stages: {convert: {init: techer}, distil: {}, infer: {batch: 0}}\n"
                                "sed: 1\nsed: 2\n",
                                NULL, 0);
    static const char *const parts[] = {
        "p.yaml:1:10: the pipeline: option 'version': '2' is outside 1 to 1",
        "p.yaml:3:16: plug-in",
        "p.yaml:4:9: model has no option 'familly'; did you mean 'family'?",
        "model: 'family' is missing",
        "p.yaml:5:30: dataset 'toy': option 'task': 'SST-3' is not one of SST-2, RTE",
        "p.yaml:5:49: dataset 'toy' has no option 'max_lenght'; did you mean 'max_length'?",
        "p.yaml:6:30: approximation 'toy_norm' is for the slot 'normaliser', not 'activation'",
        "p.yaml:6:40: approximations has no slot 'normalizer'; did you mean 'normaliser'?",
        "p.yaml:7:31: there is no approximation 'toy_ac'; did you mean 'toy_act'?",
        "p.yaml:8:40: transport 'toy_plain' has no option 'retri'; did you mean 'retry'?",
        "p.yaml:9:26: convert: option 'init': 'techer' is not one of teacher, random; did you mean "
        "'teacher'?",
        "p.yaml:9:35: there is no stage 'distil'; did you mean 'distill'?",
        "p.yaml:9:62: infer: option 'batch': '0' is outside 1 to 1024",
        "p.yaml:10:1: the pipeline has no option 'sed'; did you mean 'seed'?",
        "p.yaml:11:1: key 'sed' stands here twice; first in line 10",
    };

    (void) state;
    assert_status_was(MPCF_E_CONFIG, o.status, o.err);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        assert_message_contains(o.err, parts[i]);
    }
    close_it(&o);
}

static void wrong_forms_are_refused(void **state)
{
    (void) state;
    complains("[1, 2]\n", "expected a mapping");
    complains(HEAD "transport: [a]\n", "transport: expected a name");
    complains(HEAD "parties: 3\n", "parties: expected provider, dealer and user");
    complains(HEAD "stages: finetune\n", "stages: expected a mapping");
    complains(HEAD "approximations: quad\n", "approximations: expected a mapping of slots");
    complains(HEAD "approximations: {activation: {options: {c: 1}}}\n", "expected a name");
    complains(HEAD "approximations: {activation: {name: toy_act, layer: 3}}\n",
              "did you mean 'layers'?");
    complains(HEAD "approximations: {normaliser: [{name: toy_norm, layers: \"0-5\"}, toy_norm]}\n",
              "two entries of 'normaliser' cover the same layer");
    complains(HEAD "approximations: {normaliser: {name: toy_norm, layers: \"5-2\"}}\n",
              "expected ranges");
    complains(HEAD "stages: {infer: {length: exact, batch: 4}}\n", "batch: 1 with `length: exact`");
    complains(HEAD "stages: {infer: {buckets: [32, 16]}}\n", "ascending");
    complains(HEAD "stages: {finetune: {batch: 0}}\n", "batch: at least 1");
    complains("version: 1\n", "option 'output' must be given");
}

static void a_plain_link_is_for_loopback_addresses(void **state)
{
    struct opened o = opened(HEAD "transport: toy_plain\nparties: {provider: {listen: "
                                  "127.0.0.1:1}, dealer: {listen: 'tcp://localhost:2'}}\n");

    (void) state;
    assert_true(o.p->plain_link && o.p->has_parties);
    assert_string_equal(o.p->endpoints[ROLE_PROVIDER].address, "127.0.0.1:1");
    close_it(&o);
    complains(HEAD "transport: toy_plain\nparties: {provider: {listen: 0.0.0.0:1}, dealer: "
                   "{listen: 127.0.0.1:2}}\n",
              "p.yaml:7:30: transport 'toy_plain' does not authenticate and encrypt");
    complains(HEAD "transport: {name: toy_plain, require: [encrypted]}\n",
              "transport 'toy_plain' does not encrypt, but the pipeline requires 'encrypted'");
    complains(HEAD "transport: {name: toy_safe, require: [encripted]}\n",
              "did you mean 'encrypted'?");
    complains(HEAD "transport: toy_plain\nparties: {provider: {listen: 127.0.0.1:1}}\n",
              "parties.dealer: option 'listen' must be given");
    o = opened(HEAD "transport: {name: toy_plain, require: []}\nparties: {provider: {listen: "
                    "0.0.0.0:1}, dealer: {listen: 0.0.0.0:2}}\n");
    assert_true(o.p->plain_link);
    close_it(&o);
    o = opened(HEAD "transport: {name: toy_local, require: [authenticated, encrypted]}\n");
    assert_false(o.p->plain_link);
    close_it(&o);
}

static void parties_add_their_own_options(void **state)
{
    struct opened o = opened(HEAD "transport: {name: toy_safe, options: {retry: 2s}}\n"
                                  "parties: {provider: {listen: h:1, options: {key_file: p.key}}, "
                                  "dealer: {listen: h:2}, user: {options: {retry: 3s}}}\n");

    (void) state;
    assert_int_equal(*(const int64_t *) o.p->endpoints[ROLE_PROVIDER].config, 2000000000);
    assert_int_equal(*(const int64_t *) o.p->endpoints[ROLE_USER].config, 3000000000);
    close_it(&o);
}

static void set_overrides_the_file(void **state)
{
    static const char *const sets[] = {"stages.infer.examples=8", "seed=7"};
    static const char *const wrong[] = {"stages.infer.exmples=8"};
    struct opened o = open_with(HEAD "stages: {infer: {examples: 3}}\n", sets, 2);

    (void) state;
    assert_was_ok(o.status, o.err);
    assert_int_equal(o.p->infer.examples, 8);
    assert_int_equal(o.p->seed, 7);
    close_it(&o);
    o = open_with(HEAD, wrong, 1);
    assert_status_was(MPCF_E_CONFIG, o.status, o.err);
    assert_message_contains(
        o.err,
        "--set stages.infer.exmples: infer has no option 'exmples'; did you mean 'examples'?");
    close_it(&o);
}

static void a_role_looks_for_its_own_files(void **state)
{
    struct opened o = opened(HEAD "stages: {infer: {}}\n");

    (void) state;
    assert_status(MPCF_E_CONFIG, pipeline_check_files(o.p, VIEW_USER, o.err), o.err);
    assert_message_contains(o.err, "dataset.path");
    assert_message_contains(o.err, "student/public");
    assert_message_contains(o.err, "p.yaml:1:1: parties.provider.address is not given");
    assert_message_contains(o.err, "parties.dealer.address is not given");
    assert_status(MPCF_E_CONFIG, pipeline_check_files(o.p, VIEW_DEALER, o.err), o.err);
    assert_null(strstr(mpcf_error_text(o.err), "dataset.path"));
    assert_status(MPCF_E_CONFIG, pipeline_check_files(o.p, VIEW_PROVIDER, o.err), o.err);
    assert_null(strstr(mpcf_error_text(o.err), "dataset.path"));
    assert_message_contains(o.err, "student/config.json");
    close_it(&o);
}

static void lengths_are_padded_as_the_file_says(void **state)
{
    struct opened o = opened(HEAD "stages: {infer: {buckets: [16, 32]}}\n");
    size_t lengths[8];

    (void) state;
    assert_int_equal(pipeline_padded_length(o.p, 3), 16);
    assert_int_equal(pipeline_padded_length(o.p, 16), 16);
    assert_int_equal(pipeline_padded_length(o.p, 17), 32);
    assert_int_equal(pipeline_padded_length(o.p, 100), 128);
    assert_int_equal(pipeline_padded_lengths(o.p, lengths, 8), 3);
    close_it(&o);
    o = opened(HEAD "stages: {infer: {length: full}}\n");
    assert_int_equal(pipeline_padded_length(o.p, 3), 128);
    close_it(&o);
    o = opened(HEAD "stages: {infer: {length: exact}}\n");
    assert_int_equal(pipeline_padded_length(o.p, 3), 3);
    close_it(&o);
}

static void settings_change_with_what_a_stage_depends_on(void **state)
{
    static const char *const sets[] = {"stages.distill.layers.epochs=3"};
    struct opened a = open_with(HEAD, NULL, 0), b = open_with(HEAD, sets, 1);
    struct text_buffer first = {0}, second = {0};

    (void) state;
    pipeline_print_settings(a.p, STAGE_DISTILL, &first);
    pipeline_print_settings(b.p, STAGE_DISTILL, &second);
    assert_string_not_equal(first.data, second.data);
    text_clear(&first);
    text_clear(&second);
    pipeline_print_settings(a.p, STAGE_FINETUNE, &first);
    pipeline_print_settings(b.p, STAGE_FINETUNE, &second);
    assert_string_equal(first.data, second.data);
    text_clear(&first);
    text_clear(&second);
    close_it(&a);
    close_it(&b);
}

static void assert_network(const char *set, const char *printed)
{
    struct opened o = open_with(HEAD "stages: {infer: {}}\n", &set, set != NULL ? 1 : 0);
    struct text_buffer text = {0};

    assert_was_ok(o.status, o.err);
    named_network_print(&o.p->infer.network, &text);
    assert_string_equal(text_string(&text), printed);
    text_clear(&text);
    close_it(&o);
}

static void a_network_has_a_name_or_delay_and_rate(void **state)
{
    (void) state;
    assert_network(NULL, "lan");
    assert_network("stages.infer.network=campus", "campus");
    assert_network("stages.infer.network=wan", "wan");
    assert_network("stages.infer.network={delay: 20ms, rate: 200Mbit}", "wan");
    assert_network("stages.infer.network={delay: 150us, rate: 6 gbit/s}", "lan");
    assert_network("stages.infer.network={delay: 5ms, rate: 1500kbit}",
                   "{delay: 5ms, rate: 1.5Mbit}");
    assert_network("stages.infer.network={delay: 0, rate: 10Gbit}",
                   "{delay: 0ms, rate: 10000Mbit}");
}

static void wrong_networks_name_the_nearest_word(void **state)
{
#define NETWORK(value) HEAD "stages: {infer: {network: " value "}}\n"
    (void) state;
    complains(NETWORK("wam"), "did you mean 'wan'?");
    complains(NETWORK("Campus"), "did you mean 'campus'?");
    complains(NETWORK("satellite"), "networks are lan, campus, wan");
    complains(NETWORK("[lan]"), "expected lan, campus, wan or {delay:");
    complains(NETWORK("{delay: 5ms}"), "rate");
    complains(NETWORK("{rate: 200Mbit}"), "delay");
    complains(NETWORK("{delay: 5, rate: 200Mbit}"), "has no unit");
    complains(NETWORK("{delay: 5ms, rate: 200}"), "rate: '200' has no unit");
    complains(NETWORK("{delay: 5ms, rate: 200Mbt}"), "write 'Mbit'");
    complains(NETWORK("{delay: 5ms, rate: fast}"), "'fast' is not a rate");
    complains(NETWORK("{delay: 5ms, rate: 0Mbit}"), "is outside 1kbit");
    complains(NETWORK("{delay: 5ms, rate: 200Mbit, rat: 3}"), "did you mean 'rate'?");
}

/* Of what was checked for one network, another says nothing. */
static void the_network_is_of_what_is_lowered(void **state)
{
    static const char *const sets[] = {"stages.infer.network=wan"};
    struct opened a = open_with(HEAD, NULL, 0), b = open_with(HEAD, sets, 1);
    struct text_buffer first = {0}, second = {0};

    (void) state;
    pipeline_print_lowering(a.p, &first);
    pipeline_print_lowering(b.p, &second);
    assert_string_not_equal(first.data, second.data);
    text_clear(&first);
    text_clear(&second);
    pipeline_print_settings(a.p, STAGE_INFER, &first);
    pipeline_print_settings(b.p, STAGE_INFER, &second);
    assert_string_not_equal(first.data, second.data);
    text_clear(&first);
    text_clear(&second);
    close_it(&a);
    close_it(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_file_gets_defaults),
        cmocka_unit_test(the_paper_decides_epochs_by_task),
        cmocka_unit_test(the_file_decides_before_the_paper),
        cmocka_unit_test(slots_take_lists_with_layers),
        cmocka_unit_test(normalisers_go_by_heads),
        cmocka_unit_test(layer_norms_go_by_kind),
        cmocka_unit_test(parts_of_a_slot_are_read_with_care),
        cmocka_unit_test(all_mistakes_of_a_file_come_at_once),
        cmocka_unit_test(wrong_forms_are_refused),
        cmocka_unit_test(a_plain_link_is_for_loopback_addresses),
        cmocka_unit_test(parties_add_their_own_options),
        cmocka_unit_test(set_overrides_the_file),
        cmocka_unit_test(a_role_looks_for_its_own_files),
        cmocka_unit_test(lengths_are_padded_as_the_file_says),
        cmocka_unit_test(a_network_has_a_name_or_delay_and_rate),
        cmocka_unit_test(wrong_networks_name_the_nearest_word),
        cmocka_unit_test(the_network_is_of_what_is_lowered),
        cmocka_unit_test(settings_change_with_what_a_stage_depends_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
