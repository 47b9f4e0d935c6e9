/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bench secure` and `cost`: the figures outside tools read, and that both say the same.
 */
#include "support/support.h"

#include <jansson.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "bench/bench_secure.h"
#include "bench/bench_secure_result.h"
#include "inference/pipeline_cost.h"
#include "pipeline/open_pipeline.h"
#include "report/report.h"
#include "stages/run_pipeline.h"
#include "support/run_folder.h"

enum { TOKENS = 16 };

static const char *make_run(void)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "tcp",
                                 .infer = "length: exact",
                                 .parties = "",
                                 .rows = 3};

    return test_run_create(&run);
}

static json_t *measure(const char *folder, size_t batch, const char *plan, mpcf_error *err)
{
    char *model = file_join(folder, "model");
    const struct bench_secure_request request = {.model = model,
                                                 .tokens = TOKENS,
                                                 .batch = batch,
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "tcp",
                                                 .plan = plan,
                                                 .repeat = 3};
    json_t *result = NULL;

    assert_ok(bench_secure(&request, &result, err), err);
    mpcf_free(model);
    return result;
}

static void every_figure_is_there(void **state)
{
    static const char *const paths[] = {
        "online.seconds",      "online.bytes",         "online.rounds", "offline.seconds",
        "offline.bytes",       "offline.rounds",       "setup.bytes",   "provider.peak_rss_bytes",
        "user.peak_rss_bytes", "dealer.peak_rss_bytes"};
    mpcf_error *err = mpcf_error_create();
    json_t *result = measure(make_run(), 2, NULL, err);
    const json_t *functions = json_object_get(result, "functions");
    char *table = bench_secure_table(result);
    double bytes = 0, rounds = 0;

    (void) state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_true(test_report_number(result, paths[i]) > 0);
    }
    assert_true(test_report_number(result, "max_error_vs_fixed") <= 0.02);
    assert_true(test_report_number(result, "max_error_vs_float") <= 0.02);
    for (size_t i = 0; i < json_array_size(functions); i++) {
        bytes += test_report_number(json_array_get(functions, i), "bytes");
        rounds += test_report_number(json_array_get(functions, i), "rounds");
    }
    assert_true(bytes == test_report_number(result, "online.bytes"));
    assert_true(rounds == test_report_number(result, "online.rounds"));
    assert_non_null(table);
    assert_non_null(strstr(table, "layer_norm"));
    assert_string_equal(json_string_value(json_object_get(result, "plan")), "lan");
    mpcf_free(table);
    json_decref(result);
    mpcf_error_destroy(err);
}

/* The networks are the same but for their ranges, which decide widths. */
static void the_cost_engine_prices_what_is_metered(void **state)
{
    const struct cost_request request = {.network = &named_networks[0]};
    mpcf_error *err = mpcf_error_create();
    const char *folder = make_run();
    char *file = file_join(folder, "pipeline.yaml");
    const char *const sets[] = {"stages.infer.length=full", "dataset.max_length=20"};
    const struct pipeline_request source = {.file = file, .sets = sets, .set_count = 2};
    const struct run_request infer = {
        .source = &source, .one_stage = true, .stage = STAGE_INFER, .viewer = VIEW_ALL};
    struct pipeline *p = NULL;
    json_t *cost = NULL, *report = NULL;
    double metered = 0;

    (void) state;
    assert_ok(pipeline_open(&source, &p, err), err);
    assert_ok(pipeline_cost(p, &request, &cost, err), err);
    assert_ok(pipeline_run(p, &infer, err), err);
    assert_ok(report_read(p->output, &report, err), err);
    const json_t *priced = json_array_get(json_object_get(cost, "lengths"), 0);

    metered = test_report_number(report, "secure.online.bytes_sent.provider") +
              test_report_number(report, "secure.online.bytes_sent.user");
    assert_int_equal(json_array_size(json_object_get(cost, "lengths")), 1);
    assert_true(metered == test_report_number(report, "secure.runs") *
                               test_report_number(priced, "online.bytes"));
    assert_true(test_report_number(report, "secure.online.rounds") ==
                test_report_number(priced, "online.rounds"));
    assert_true(test_report_number(report, "secure.offline.bytes") ==
                test_report_number(report, "secure.runs") *
                    test_report_number(priced, "offline.bytes"));
    assert_true(test_report_number(report, "secure.setup.bytes") ==
                test_report_number(priced, "setup.bytes"));
    json_decref(report);
    json_decref(cost);
    pipeline_close(p);
    mpcf_free(file);
    mpcf_error_destroy(err);
}

/* Meter and cost engine agree, or there were no result; far machines wait less often: they take 1,024 inverses of row
 * sums in one message each layer, machines of one room by steps. */
static void the_plan_is_of_the_network(void **state)
{
    mpcf_error *err = mpcf_error_create();
    const char *folder = make_run();
    json_t *near = measure(folder, 16, "lan", err), *far = measure(folder, 16, "wan", err);

    (void) state;
    assert_string_equal(json_string_value(json_object_get(far, "plan")), "wan");
    assert_true(test_report_number(far, "online.rounds") <
                test_report_number(near, "online.rounds"));
    json_decref(near);
    json_decref(far);
    mpcf_error_destroy(err);
}

static void an_unknown_shape_is_refused(void **state)
{
    const struct bench_secure_request request = {.model = "bert-huge",
                                                 .tokens = TOKENS,
                                                 .batch = 1,
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "tcp",
                                                 .repeat = 1};
    mpcf_error *err = mpcf_error_create();
    json_t *result = NULL;

    (void) state;
    assert_status(MPCF_E_CONFIG, bench_secure(&request, &result, err), err);
    assert_message_contains(err, "bert-huge");
    mpcf_error_destroy(err);
}

static double end_of(const json_t *result, const char *range, size_t end)
{
    return json_number_value(
        json_array_get(json_object_get(json_object_get(result, "ranges"), range), end));
}

/* What a distilled MiniLM on SST-2 has is between these: bench/README.md. */
static void trained_ranges_are_as_wide_as_a_students(void **state)
{
    const struct bench_secure_request request = {.model = "minilm",
                                                 .tokens = TOKENS,
                                                 .batch = 1,
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "tcp",
                                                 .repeat = 1,
                                                 .ranges = BENCH_RANGES_TRAINED,
                                                 .length = "bucket"};
    mpcf_error *err = mpcf_error_create();
    json_t *result = NULL;

    (void) state;
    assert_ok(bench_secure(&request, &result, err), err);
    assert_true(end_of(result, "scores", 1) >= 60 && end_of(result, "scores", 1) <= 200);
    assert_true(end_of(result, "row_sums", 0) >= 20 && end_of(result, "row_sums", 0) <= 60);
    assert_true(end_of(result, "row_sums", 1) >= 1e4 && end_of(result, "row_sums", 1) <= 1e5);
    assert_true(test_report_number(result, "ranges.variance_octaves") >= 11);
    assert_true(test_report_number(result, "ranges.variance_octaves") <= 14);
    assert_true(test_report_number(result, "max_error_vs_float") <= 0.02);
    assert_string_equal(json_string_value(json_object_get(result, "weights")), "trained ranges");
    assert_string_equal(json_string_value(json_object_get(result, "length")), "bucket");
    json_decref(result);
    mpcf_error_destroy(err);
}

static void assert_no_trained_ranges(const char *model, mpcf_status status, const char *because)
{
    const struct bench_secure_request request = {.model = model,
                                                 .tokens = TOKENS,
                                                 .batch = 1,
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "tcp",
                                                 .repeat = 1,
                                                 .ranges = BENCH_RANGES_TRAINED};
    mpcf_error *err = mpcf_error_create();
    json_t *result = NULL;

    assert_status(status, bench_secure(&request, &result, err), err);
    assert_message_contains(err, because);
    mpcf_error_destroy(err);
}

static void trained_ranges_are_of_known_shapes(void **state)
{
    char *model = file_join(make_run(), "model");

    (void) state;
    assert_no_trained_ranges(model, MPCF_E_CONFIG, "has its own");
    assert_no_trained_ranges("electra-small", MPCF_E_UNSUPPORTED, "--ranges random");
    mpcf_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_is_there),
        cmocka_unit_test(the_cost_engine_prices_what_is_metered),
        cmocka_unit_test(the_plan_is_of_the_network),
        cmocka_unit_test(an_unknown_shape_is_refused),
        cmocka_unit_test(trained_ranges_are_as_wide_as_a_students),
        cmocka_unit_test(trained_ranges_are_of_known_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
