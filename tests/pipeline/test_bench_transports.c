/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bench transports`: what it plays is what a secure run says, and all figures are there.
 */
#include "support/support.h"

#include <jansson.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "bench/bench_secure.h"
#include "bench/bench_transports.h"
#include "report/report.h"
#include "support/run_folder.h"

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

static json_int_t whole(const json_t *result, const char *path)
{
    const json_t *value = report_get(result, path);

    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void it_plays_what_a_run_says(void **state)
{
    (void) state;
    char *model = file_join(make_run(), "model");
    const struct bench_secure_request request = {.model = model,
                                                 .tokens = 16,
                                                 .batch = 1,
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "loopback",
                                                 .plan = "lan",
                                                 .repeat = 2};
    mpcf_error *err = mpcf_error_create();
    json_t *played = NULL, *run = NULL;
    assert_ok(bench_transports(&request, &played, err), err);
    assert_ok(bench_secure(&request, &run, err), err);
    assert_int_equal(whole(played, "rounds"), whole(run, "online.rounds"));
    assert_int_equal(whole(played, "provider_bytes"), whole(run, "online.bytes_sent.provider"));
    assert_int_equal(whole(played, "user_bytes"), whole(run, "online.bytes_sent.user"));
    json_decref(run);
    json_decref(played);
    mpcf_free(model);
    mpcf_error_destroy(err);
}

static void every_transport_has_a_line(void **state)
{
    (void) state;
    static const char *const names[] = {
        "tcp", "zmq", "tls", "zmq-curve", "loopback, socket", "loopback, memory"};
    static const char *const figures[] = {"seconds", "seconds_of_tcp", "cpu_of_tcp",
                                          "user_cpu_seconds", "system_cpu_seconds"};
    char *model = file_join(make_run(), "model");
    const struct bench_secure_request request = {.model = model,
                                                 .tokens = 8,
                                                 .batch = 1,
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "tcp",
                                                 .plan = "lan",
                                                 .repeat = 1};
    mpcf_error *err = mpcf_error_create();
    json_t *played = NULL;
    assert_ok(bench_transports(&request, &played, err), err);
    const json_t *list = json_object_get(played, "transports");
    char *table = bench_transports_table(played);
    assert_int_equal(json_array_size(list), sizeof names / sizeof names[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *line = json_array_get(list, i);
        assert_string_equal(json_string_value(json_object_get(line, "name")), names[i]);
        assert_non_null(strstr(table, names[i]));
        for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++) {
            assert_true(json_is_real(json_object_get(line, figures[f])));
        }
        assert_true(json_real_value(json_object_get(line, "seconds")) > 0);
        /* Each end moves a message in each direction of a round, mostly by more than one call. */
        assert_true(whole(line, "calls") >= whole(played, "rounds"));
    }
    mpcf_free(table);
    json_decref(played);
    mpcf_free(model);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_plays_what_a_run_says),
        cmocka_unit_test(every_transport_has_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
