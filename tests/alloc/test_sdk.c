/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plug-ins call and what they are asked, while memory runs out: graphs, passes and programs,
 * readers of data, transports, loading itself.
 */
#include <string.h>
#include <zlib.h>

#include <mpcf/dataset.h>
#include <mpcf/model.h>
#include <mpcf/transport.h>
#include <mpcf/tsv.h>

#include "alloc/fail_alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "conformance/approx_bench.h"
#include "graph/digest.h"
#include "graph/graph.h"
#include "graph/slots.h"
#include "lower/lower.h"
#include "pass/measure.h"
#include "pass/pass.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "support/datasets.h"
#include "support/support.h"

/* --- Graphs --- */

static mpcf_node *weight(mpcf_graph *g, const char *name, mpcf_shape shape)
{
    return mpcf_parameter(g, name, shape, MPCF_INIT_REQUIRED, 0);
}

static mpcf_node *attend(mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *heads = mpcf_split_heads(g, x, 2);
    mpcf_node *scores = mpcf_scale(g, mpcf_matmul_transposed(g, heads, heads), 0.5);
    mpcf_node *u =
        mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, scores, mpcf_row_max(g, scores, keep))), keep);

    u = mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_row_sum(g, u)));
    return mpcf_merge_heads(g, mpcf_matmul(g, mpcf_dropout(g, u, 0.1), heads));
}

static void fit(const void *config, const mpcf_histogram *h, double *values)
{
    (void) config;
    values[0] = h->low;
    values[1] = h->high;
}

static mpcf_node *scaled(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const double c = (double) mpcf_slot_layer(g) + (double) mpcf_slot_head(g, 0);
    mpcf_node *y = mpcf_scale(g, x, 1 + c + mpcf_slot_epsilon(g));

    (void) config;
    return keep == NULL ? y : mpcf_mask(g, y, keep);
}

static const mpcf_approx of_norms = {.struct_size = sizeof(mpcf_approx),
                                     .name = "of_norms",
                                     .slot = MPCF_SLOT_LAYER_NORM,
                                     .build = scaled};
static const mpcf_approx of_scores = {.struct_size = sizeof(mpcf_approx),
                                      .name = "of_scores",
                                      .slot = MPCF_SLOT_NORMALISER,
                                      .build = scaled};

/* Slots by heads and of a layer norm. */
static mpcf_node *use_slots(mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct slot_filling fillings[] = {
        {.slot = MPCF_SLOT_LAYER_NORM, .last_layer = SIZE_MAX, .approx = &of_norms},
        {.slot = MPCF_SLOT_NORMALISER,
         .last_layer = SIZE_MAX,
         .approx = &of_scores,
         .heads = {{1}}},
        {.slot = MPCF_SLOT_NORMALISER, .last_layer = SIZE_MAX, .approx = &of_scores}};
    mpcf_node *heads = mpcf_split_heads(g, x, 2), *scores;

    if (graph_fill_slots(g, fillings, 3, false, NULL) != MPCF_OK) {
        return graph_fail(g, MPCF_E_NOMEM, "no memory for slots");
    }
    scores =
        mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, 0, mpcf_matmul_transposed(g, heads, heads), keep);
    x = mpcf_merge_heads(g, mpcf_matmul(g, scores, heads));
    return mpcf_slot_layer_norm(g, 0, MPCF_NORM_ATTENTION, x, weight(g, "gain", mpcf_shape_1(4)),
                                weight(g, "shift", mpcf_shape_1(4)), 1e-12);
}

/* One node of every builder that a model or an approximation has. */
static mpcf_graph *build(void)
{
    static const double square[] = {1, 2, 3}, cuts[] = {-1, 1}, pieces[] = {0, 0, 0, 1, 1, 0};
    static const mpcf_measure by_position = {.struct_size = sizeof(mpcf_measure),
                                             .statistic = MPCF_LARGEST,
                                             .by = MPCF_BY_POSITION,
                                             .owner = MPCF_PROVIDER};
    static const double sines[] = {0, 0.5, 0};
    mpcf_graph *g = graph_create();
    mpcf_node *ids, *keep, *x;

    if (g == NULL) {
        return NULL;
    }
    ids = mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    keep = mpcf_input(g, "attention_mask", mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS),
                      MPCF_USER);
    mpcf_scope(g, "layer.0");
    x = mpcf_embedding(g, weight(g, "word", mpcf_shape_2(8, 4)), ids);
    x = mpcf_add(g, x, mpcf_positions(g, weight(g, "position", mpcf_shape_2(8, 4)), 0));
    x = mpcf_add(
        g, x,
        mpcf_embedding(g, weight(g, "counted", mpcf_shape_2(8, 4)), mpcf_input_positions(g, 1)));
    x = mpcf_layer_norm(g, x, weight(g, "gain", mpcf_shape_1(4)),
                        weight(g, "shift", mpcf_shape_1(4)), 1e-12);
    x = mpcf_add(g, x, attend(g, x, keep));
    x = mpcf_add(g, x, use_slots(g, x, keep));
    x = mpcf_linear(g, x, weight(g, "dense", mpcf_shape_2(4, 4)),
                    weight(g, "bias", mpcf_shape_1(4)));
    x = mpcf_poly(g, x, square, 2);
    x = mpcf_piecewise(g, x, cuts, 2, pieces, 1);
    x = mpcf_mul(g, x, mpcf_measured(g, "largest", x, &by_position));
    x = mpcf_add(
        g, x,
        mpcf_slice(g, mpcf_fitted(g, "fitted", x, mpcf_shape_3(1, 1, 2), fit, NULL, 1), 0, 1));
    x = mpcf_mul(g, mpcf_erf(g, x), mpcf_relu(g, mpcf_offset(g, x, 1)));
    x = mpcf_add(g, mpcf_square(g, x), mpcf_tanh(g, x));
    x = mpcf_max(g, mpcf_clamp(g, x, -1, 1), mpcf_power(g, x, 3));
    x = mpcf_piecewise_sines(g, x, cuts, 2, pieces, 1, sines, 1, 2);
    x = mpcf_piecewise_of(g, x, cuts, 2, pieces, 1, weight(g, "delta", mpcf_shape_2(2, 1)));
    x = mpcf_lookup(g, x, -1, 1, square, 3);
    mpcf_tap(g, "hidden.0", mpcf_stop_gradient(g, x));
    mpcf_output(g, "logits", mpcf_slice(g, mpcf_token(g, x, 0), 0, 2));
    return g;
}

static mpcf_status build_and_pass(void *context, mpcf_error *err)
{
    mpcf_graph *g = build(), *passed = NULL;
    char digest[FILE_DIGEST_SIZE];
    mpcf_status status = g != NULL ? graph_check(g, err) : mpcf_fail_memory(err, 0, "a graph");

    (void) context;
    if (status == MPCF_OK) {
        status = pass_all(g, &passed, err);
    }
    if (status == MPCF_OK) {
        assert_non_null(graph_find_tap(passed, "logits"));
        status = graph_digest(passed, digest) ? MPCF_OK : mpcf_fail_memory(err, 0, "a digest");
    }
    graph_destroy(passed);
    graph_destroy(g);
    return status;
}

static void graphs_say_memory_is_short(void **state)
{
    (void) state;
    assert_survives("a graph, its passes and its digest", build_and_pass, NULL);
}

/* --- Measuring --- */

/* Two passes, the second from values that the first kept; a sample, a fit. */
static mpcf_node *build_measured(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const mpcf_measure median = {.struct_size = sizeof(mpcf_measure),
                                        .statistic = MPCF_QUANTILE,
                                        .by = MPCF_BY_POSITION,
                                        .quantile = 0.5,
                                        .owner = MPCF_PROVIDER};
    mpcf_node *y = mpcf_sub(g, x, mpcf_measured(g, "median", x, &median));

    (void) config, (void) keep;
    return mpcf_mul(
        g, y, mpcf_slice(g, mpcf_fitted(g, "ends", y, mpcf_shape_3(1, 1, 2), fit, NULL, 0), 1, 1));
}

static mpcf_status measure(void *context, mpcf_error *err)
{
    const mpcf_approx approx = {.struct_size = sizeof(mpcf_approx),
                                .name = "measured",
                                .summary = "",
                                .slot = MPCF_SLOT_ACTIVATION,
                                .input_low = -1,
                                .input_high = 1,
                                .build = build_measured};
    struct approx_bench bench;
    mpcf_status status = approx_bench_create(&approx, NULL, false, &bench, err);

    (void) context;
    if (status == MPCF_OK) {
        assert_false(measure_is_needed(bench.parameters));
    }
    approx_bench_clear(&bench);
    return status;
}

static void measuring_says_memory_is_short(void **state)
{
    (void) state;
    assert_survives("measured constants", measure, NULL);
}

/* --- Loading --- */

static mpcf_status load_plugin(void *context, mpcf_error *err)
{
    struct plugins *p = NULL;
    const void *found = NULL;
    mpcf_status status;

    MPCF_TRY(plugins_create(NULL, &p, err));
    status = plugins_find(p, COMPONENT_APPROX, context, &found, err);
    if (status == MPCF_OK) {
        assert_non_null(found);
    }
    plugins_destroy(p);
    return status;
}

static void loading_says_memory_is_short(void **state)
{
    char name[] = "2quad";

    (void) state;
    assert_survives("loading a plug-in", load_plugin, name);
}

/* --- Readers --- */

static char *data;
static const char *split;

static mpcf_status read_dataset(void *context, mpcf_error *err)
{
    const struct test_dataset *d = context;
    mpcf_example example;
    int32_t more = 1;
    uint64_t rows = 0;
    void *reader = NULL;
    mpcf_status status;

    MPCF_TRY(d->dataset->open(d->config, data, split, &reader, err));
    for (status = MPCF_OK; status == MPCF_OK && more; rows++) {
        status = d->dataset->next(reader, &example, &more, err);
    }
    if (status == MPCF_OK) {
        assert_int_equal(rows, 3);
        status = d->dataset->rewind(reader, err);
    }
    d->dataset->close(reader);
    return status;
}

/* Every form, a share of one file, broken rows that are left out, labels that nobody named. */
static void read_tables(void)
{
    static const struct {
        const char *name, *options, *text;
    } tables[] = {
        {"rows.csv", "{classes: 2, dev_share: 0.5}", "text,label\n\"a, b\",1\nc,0\nd,1\ne,0\n"},
        {"rows.tsv", "{classes: 2, text: 1, label: 2, broken_rows: skip, dev: rows.tsv}",
         "a\t1\nb\nc\t0\n"},
        {"rows.jsonl", "{score: [0, 5], dev: rows.jsonl}",
         "{\"text\": \"a\", \"label\": 2.5}\n{\"text\": \"b\", \"label\": 1}\n"},
        {"rows.txt", "{labels: [a, b], label: none, dev: rows.txt}", "one\ntwo\n"},
    };

    split = "dev";
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct test_dataset d = test_dataset_load("table", tables[i].options);

        data = mpcf_format("%s/%s", test_folder(), tables[i].name);
        test_write(test_folder(), tables[i].name, tables[i].text);
        assert_survives(tables[i].name, read_dataset, &d);
        mpcf_free(data);
    }
}

/* zlib asks for memory, too. */
static void read_packed_table(void)
{
    struct test_dataset d = test_dataset_load("table", "{classes: 2, dev: rows.csv.gz}");
    gzFile file = NULL;

    data = mpcf_format("%s/rows.csv.gz", test_folder());
    file = gzopen(data, "wb");
    assert_non_null(file);
    assert_true(gzputs(file, "text,label\na,1\nb,0\n") > 0);
    assert_int_equal(gzclose(file), Z_OK);
    assert_survives("rows.csv.gz", read_dataset, &d);
    mpcf_free(data);
}

static void readers_say_memory_is_short(void **state)
{
    struct test_dataset glue = test_dataset_load("glue", "{task: SST-2}");
    struct test_dataset cola = test_dataset_load("glue", "{task: CoLA, broken_rows: skip}");
    struct test_dataset imdb = test_dataset_load("imdb", "{}");

    (void) state;
    data = mpcf_format("%s/data", test_folder());
    test_write(data, "dev.tsv", "sentence\tlabel\ngood\t1\nbad\t0\n");
    split = "dev";
    assert_survives("glue", read_dataset, &glue);
    test_write(data, "dev.tsv", "gj\t1\t\tgood\ntorn\n\ngj\t0\t*\tbad\n");
    assert_survives("glue, skipping", read_dataset, &cola);
    mpcf_free(data);
    data = mpcf_format("%s/imdb", test_folder());
    test_write(data, "test/neg/0_1.txt", "bad");
    test_write(data, "test/pos/0_9.txt", "good");
    split = "test";
    assert_survives("imdb", read_dataset, &imdb);
    /* Its archive is left out: libarchive ends the process. */
    mpcf_free(data);
    read_tables();
    read_packed_table();
}

/* --- Transports --- */

struct link {
    const mpcf_transport *transport;
    void *config;
};

static mpcf_status open_link(void *context, mpcf_error *err)
{
    const struct link *l = context;
    const mpcf_transport *t = l->transport;
    const char *where = (t->caps & MPCF_TRANSPORT_LOCAL) != 0 ? "auto" : "127.0.0.1:0";
    char address[256] = "";
    void *listener = NULL, *caller = NULL, *called = NULL;
    mpcf_status status;

    MPCF_TRY(t->listen(l->config, where, &listener, err));
    status = t->bound(listener, address, sizeof address, err);
    if (status == MPCF_OK) {
        status = t->connect(l->config, address, clock_deadline(1000000000), &caller, err);
    }
    if (status == MPCF_OK) {
        status = t->accept(listener, clock_deadline(1000000000), &called, err);
    }
    if (called != NULL) {
        t->close(called);
    }
    if (caller != NULL) {
        t->close(caller);
    }
    t->unlisten(listener);
    return status;
}

static void transports_say_memory_is_short(void **state)
{
    static const char *const names[] = {"loopback", "tcp", "zmq"};
    struct plugins *p = NULL;

    (void) state;
    assert_int_equal(plugins_create(NULL, &p, NULL), MPCF_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct option_memory *owned = NULL;
        struct yaml_problems *problems = yaml_problems_create();
        const void *found = NULL;
        struct link l;

        assert_int_equal(plugins_find(p, COMPONENT_TRANSPORT, names[i], &found, NULL), MPCF_OK);
        l.transport = found;
        l.config = mpcf_alloc_array(1, l.transport->config_size + 1);
        assert_int_equal(option_fill(l.transport->options, l.transport->option_size,
                                     l.transport->config_size, NULL, names[i], "/", l.config,
                                     &owned, problems, NULL),
                         MPCF_OK);
        assert_survives(names[i], open_link, &l);
        mpcf_free(l.config);
        option_config_release(owned);
        yaml_problems_destroy(problems);
    }
    plugins_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_say_memory_is_short),
        cmocka_unit_test(measuring_says_memory_is_short),
        cmocka_unit_test(loading_says_memory_is_short),
        cmocka_unit_test(readers_say_memory_is_short),
        cmocka_unit_test(transports_say_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
