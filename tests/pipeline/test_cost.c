/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `cost`: by layer, of sets that nobody converted, with computing priced in.
 */
#include "support/support.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "inference/cost_table.h"
#include "inference/pipeline_cost.h"
#include "inference/second_openings.h"
#include "pipeline/open_pipeline.h"
#include "report/report.h"
#include "stages/cost_sets.h"
#include "stages/run_pipeline.h"
#include "support/run_folder.h"

/* Of the folder that every test uses. */
static char *file;

static int make_run(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "tcp",
                                 .infer = "length: full",
                                 .parties = "",
                                 .rows = 2};

    (void) state;
    file = file_join(test_run_create(&run), "pipeline.yaml");
    return file != NULL ? 0 : -1;
}

static int end_run(void **state)
{
    (void) state;
    mpcf_free(file);
    return 0;
}

/* Seconds that are easily counted: 1 us for each unit of work of whatever kind, the provider's online twice that. */
static struct machine_figure made_up_figure(void)
{
    struct machine_figure f = {.of = {.speedup = 2, .messages = {1e-5, 1e-9}},
                               .threads = 2,
                               .facts = json_pack("{s:s}", "cpu", "x")};

    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        for (size_t sort = 0; sort < WORK_SORTS; sort++) {
            f.of.rates.of[kind][sort] = (struct work_rate){true, {2e-6, 1e-6}, 1e-6, 1e-6};
        }
    }
    return f;
}

static struct pipeline *open_run(mpcf_error *err)
{
    const struct pipeline_request source = {.file = file};
    struct pipeline *p = NULL;

    assert_ok(pipeline_open(&source, &p, err), err);
    return p;
}

static double sum(const json_t *lines, const char *path)
{
    double all = 0;

    for (size_t i = 0; i < json_array_size(lines); i++) {
        all += test_report_number(json_array_get(lines, i), path);
    }
    return all;
}

static double network_sum(const json_t *layers, size_t network, const char *key)
{
    double all = 0;

    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *list = json_object_get(json_array_get(layers, i), "networks");

        all += json_number_value(json_object_get(json_array_get(list, network), key));
    }
    return all;
}

static void layers_and_functions_add_up(const json_t *entry)
{
    static const char *const names[] = {"layers", "functions"};
    const json_t *layers = json_object_get(entry, "layers");
    const json_t *networks = json_object_get(entry, "networks");

    for (size_t i = 0; i < 2; i++) {
        const json_t *lines = json_object_get(entry, names[i]);

        assert_true(sum(lines, "rounds") == test_report_number(entry, "online.rounds"));
        assert_true(sum(lines, "bytes") == test_report_number(entry, "online.bytes"));
        assert_true(sum(lines, "offline_bytes") ==
                    test_report_number(entry, "offline.user_offline_bytes"));
        assert_true(sum(lines, "dealer_bytes") ==
                    test_report_number(entry, "offline.dealer_bytes"));
    }
    assert_int_equal(json_array_size(networks), NAMED_NETWORKS);
    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        const double all = test_report_number(json_array_get(networks, i), "online_seconds");

        assert_true(fabs(network_sum(layers, i, "seconds") - all) < 1e-9 * all);
        assert_true(fabs(network_sum(layers, i, "share") - 1) < 1e-9);
    }
    assert_true(fabs(sum(json_object_get(entry, "functions"), "seconds") -
                     test_report_number(entry, "online.seconds")) < 1e-9);
}

static void layers_are_what_a_run_meters(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct pipeline *p = open_run(err);
    struct machine_figure figure = made_up_figure();
    const struct cost_request request = {&named_networks[2], &figure, true};
    const struct pipeline_request source = {.file = file};
    const struct run_request infer = {
        .source = &source, .one_stage = true, .stage = STAGE_INFER, .viewer = VIEW_ALL};
    json_t *cost = NULL, *report = NULL;

    (void) state;
    assert_ok(pipeline_cost(p, &request, &cost, err), err);
    assert_ok(pipeline_run(p, &infer, err), err);
    assert_ok(report_read(p->output, &report, err), err);
    const json_t *entry = json_array_get(json_object_get(cost, "lengths"), 0);
    const json_t *layers = json_object_get(entry, "layers");
    const double runs = test_report_number(report, "secure.runs");

    layers_and_functions_add_up(entry);
    assert_true(runs * sum(layers, "bytes") ==
                test_report_number(report, "secure.online.bytes_sent.provider") +
                    test_report_number(report, "secure.online.bytes_sent.user"));
    assert_true(sum(layers, "rounds") == test_report_number(report, "secure.online.rounds"));
    assert_true(runs * (sum(layers, "offline_bytes") + sum(layers, "dealer_bytes")) ==
                test_report_number(report, "secure.offline.bytes"));
    assert_int_equal(json_array_size(layers), 4); /* embedding, two layers, head */
    for (size_t i = 0; i < 4; i++) {
        static const char *const names[] = {"embedding", "layer 0", "layer 1", "head"};
        const json_t *layer = json_array_get(layers, i);

        assert_string_equal(json_string_value(json_object_get(layer, "name")), names[i]);
        assert_true(test_report_number(layer, "rounds") > 0);
    }
    json_decref(report);
    json_decref(cost);
    machine_figure_clear(&figure);
    pipeline_close(p);
    mpcf_error_destroy(err);
}

/* With the same figure: 20 ms a round, both directions of a round at once, and computing behind them. */
static void seconds_are_rounds_bytes_and_computing(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct pipeline *p = open_run(err);
    struct machine_figure figure = made_up_figure();
    const struct cost_request with = {&named_networks[2], &figure, false};
    const struct cost_request without = {.network = &named_networks[2]};
    json_t *cost = NULL, *link = NULL;

    (void) state;
    assert_ok(pipeline_cost(p, &with, &cost, err), err);
    assert_ok(pipeline_cost(p, &without, &link, err), err);
    const json_t *a = json_array_get(json_object_get(cost, "lengths"), 0);
    const json_t *b = json_array_get(json_object_get(link, "lengths"), 0);
    const double computing = test_report_number(a, "online.computing_seconds");

    assert_true(computing > 0 && test_report_number(b, "online.computing_seconds") == 0);
    assert_true(fabs(test_report_number(a, "online.seconds") - computing -
                     1e-5 * test_report_number(a, "online.rounds") -
                     test_report_number(b, "online.seconds")) < 1e-9);
    assert_true(fabs(test_report_number(b, "online.seconds") -
                     0.02 * test_report_number(b, "online.rounds") -
                     test_report_number(b, "online.link_bytes") / 25e6) < 1e-9);
    assert_true(test_report_number(b, "online.link_bytes") < test_report_number(b, "online.bytes"));
    assert_null(json_object_get(link, "computing"));
    assert_null(json_object_get(a, "layers"));
    json_decref(cost);
    json_decref(link);
    machine_figure_clear(&figure);
    pipeline_close(p);
    mpcf_error_destroy(err);
}

/* --- Sets --- */

/* The file's own pair, unconverted, costs what its student does. */
static void a_set_costs_what_it_does_alone(void **state)
{
    static const char *const sets[] = {"gelu,softmax", "quad,2quad", "quad,2quad,dyt"};
    mpcf_error *err = mpcf_error_create();
    struct pipeline *p = open_run(err);
    const struct pipeline_request source = {.file = file};
    const struct cost_request request = {.network = &named_networks[0], .by_layer = true};
    json_t *alone = NULL, *beside = NULL;

    (void) state;
    assert_ok(pipeline_cost(p, &request, &alone, err), err);
    assert_ok(cost_sets(&source, sets, 3, &request, &beside, err), err);
    const json_t *list = json_object_get(beside, "sets");
    char *table = cost_sets_table(beside);

    assert_int_equal(json_array_size(list), 3);
    assert_true(json_equal(json_object_get(json_array_get(list, 1), "cost"), alone));
    assert_false(json_equal(json_object_get(json_array_get(list, 0), "cost"), alone));
    assert_non_null(strstr(table, "quad,2quad,dyt"));
    mpcf_free(table);
    json_decref(alone);
    json_decref(beside);
    pipeline_close(p);
    mpcf_error_destroy(err);
}

static void a_set_that_cannot_run_says_why(void **state)
{
    static const char *const sets[] = {"quad,2quad"}, *const unknown[] = {"quad,no"};
    static const char *const settings[] = {"stages.infer.value_fraction=24",
                                           "stages.infer.weight_fraction=24",
                                           "stages.calibrate.margin_bits=8"};
    const struct pipeline_request wide = {.file = file, .sets = settings, .set_count = 3};
    const struct cost_request request = {.network = &named_networks[0]};
    mpcf_error *err = mpcf_error_create();
    json_t *cost = NULL;

    (void) state;
    assert_ok(cost_sets(&wide, sets, 1, &request, &cost, err), err);
    const json_t *set = json_array_get(json_object_get(cost, "sets"), 0);
    char *table = cost_sets_table(cost);

    assert_null(json_object_get(set, "cost"));
    assert_non_null(json_object_get(set, "failed"));
    assert_non_null(strstr(table, "quad,2quad cannot run: "));
    mpcf_free(table);
    json_decref(cost);
    cost = NULL;
    assert_status(MPCF_E_CONFIG, cost_sets(&wide, unknown, 1, &request, &cost, err), err);
    assert_message_contains(err, "no approximation 'no'");
    assert_null(cost);
    mpcf_error_destroy(err);
}

static void sets_are_two_or_three_names(void **state)
{
    static const char *const good[] = {"quad,2quad", "quad,2quad,dyt", "a_b.c-d,e"};
    static const char *const bad[] = {"",     ",",       "quad", "quad,", ",2quad",
                                      "a,,b", "a,b,c,d", "a, b", "a,b}",  "a,b: c"};

    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(cost_set_is_well_formed(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cost_set_is_well_formed(bad[i]));
    }
}

/* --- Second openings --- */

static struct node_range *find_range(struct ranges *r, const char *part)
{
    size_t i = 0;

    while (i + 1 < r->count && strstr(r->items[i].node, part) == NULL) {
        i++;
    }
    assert_non_null(strstr(r->items[i].node, part));
    return &r->items[i];
}

/* A sum whose values are 2^25 apart, with the margin 2^29, in texts of four times the tokens 2^31; a variance that goes over 2^30 is held by one. */
static void a_second_opening_is_named(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct pipeline *p = open_run(err);
    struct secure_student student = {0};

    (void) state;
    assert_ok(secure_student_open(p, STUDENT_PUBLIC, &student, err), err);
    const size_t seen = student.ranges->longest;
    json_t *none = second_openings(student.graph, student.ranges, seen);
    struct node_range *variance = find_range(student.ranges, "LayerNorm.row_mean_square");
    struct node_range *rows =
        find_range(student.ranges, "layer.1.attention.self.normaliser.row_sum");

    assert_int_equal(json_array_size(none), 0);
    variance->low = 1e-6;
    variance->high = 1e3;
    rows->low = 1;
    rows->high = 33554432;
    json_t *one = second_openings(student.graph, student.ranges, seen);
    json_t *longer = second_openings(student.graph, student.ranges, 4 * seen);
    const json_t *node = json_array_get(one, 0);

    assert_int_equal(json_array_size(one), 1);
    assert_string_equal(json_string_value(json_object_get(node, "node")), rows->node);
    assert_true(test_report_number(node, "low") == 0.25);
    assert_true(test_report_number(node, "high") == 4 * 33554432.0);
    node = json_array_get(longer, 0);
    assert_true(test_report_number(node, "low") == 0.25);
    assert_true(test_report_number(node, "high") == 4 * 4 * 33554432.0);
    json_decref(none);
    json_decref(one);
    json_decref(longer);
    secure_student_close(&student);
    pipeline_close(p);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_what_a_run_meters),
        cmocka_unit_test(seconds_are_rounds_bytes_and_computing),
        cmocka_unit_test(a_set_costs_what_it_does_alone),
        cmocka_unit_test(a_set_that_cannot_run_says_why),
        cmocka_unit_test(sets_are_two_or_three_names),
        cmocka_unit_test(a_second_opening_is_named),
    };

    return cmocka_run_group_tests(tests, make_run, end_run);
}
