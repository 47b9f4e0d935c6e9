/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inference as it is run: three processes on one machine against the student in the
 * clear, over every transport, for both families, for pairs.
 */
#include "support/support.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "format/safetensors.h"

#include "base/folder.h"
#include "report/report.h"
#include "support/run_folder.h"

#define LARGEST_ERROR 0.02

/* What proved to each role who its peers were: keys that the run drew, over every transport. */
static void check_links(const char *folder, const json_t *report)
{
    static const char *const names[] = {"run/infer/provider.json", "run/infer/user.json",
                                        "run/infer/dealer.json"};
    const json_t *by = report_get(report, "privacy.transport.authenticated_by");

    assert_non_null(by);
    assert_string_equal(json_string_value(by), "keys");
    for (size_t i = 0; i < 3; i++) {
        char *record = test_read(folder, names[i]);

        assert_non_null(strstr(record, "\"authenticated_by\": \"keys\""));
        mpcf_free(record);
    }
}

static void check_run(const struct test_run *run, double examples)
{
    const char *folder = test_run_create(run);
    json_t *report = test_run_infer(folder);

    assert_true(test_report_number(report, "secure.examples") == examples);
    assert_true(test_report_agrees(report, LARGEST_ERROR));
    assert_true(test_report_number(report, "secure.max_error_vs_fixed") <= LARGEST_ERROR);
    assert_true(test_report_number(report, "fixed.max_logit_error") <= LARGEST_ERROR);
    assert_true(test_report_number(report, "ranges.smallest_margin_bits") > 0);
    assert_true(test_report_number(report, "secure.online.bytes_sent.provider") > 0);
    assert_true(test_report_number(report, "secure.online.bytes_sent.user") > 0);
    assert_true(test_report_number(report, "secure.offline.bytes") > 0);
    assert_true(test_report_number(report, "secure.online.rounds") > 0);
    assert_true(test_report_number(report, "secure.rows") == examples);
    assert_true(test_report_number(report, "student.rows") == (double) run->rows);
    assert_int_equal(json_array_size(report_get(report, "secure.networks")), 3);
    check_links(folder, report);
    json_decref(report);
}

static void bert_runs_over_tcp(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "tcp",
                                 .infer = "batch: 2",
                                 .parties = "",
                                 .rows = 7};

    (void) state;
    check_run(&run, 7);
}

static void exact_lengths_run_without_a_mask(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = "length: exact, examples: 4",
                                 .parties = "",
                                 .rows = 9};

    (void) state;
    check_run(&run, 4);
}

static void pairs_run_over_zmq(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "RTE",
                                 .transport = "zmq",
                                 .infer = "length: full, batch: 3",
                                 .parties = "",
                                 .rows = 5};

    (void) state;
    check_run(&run, 5);
}

static void roberta_runs_over_tcp(void **state)
{
    const struct test_run run = {.family = "roberta",
                                 .task = "RTE",
                                 .transport = "tcp",
                                 .infer = "batch: 1",
                                 .parties = "",
                                 .rows = 4};

    (void) state;
    check_run(&run, 4);
}

static void corrections_are_dealt_ahead(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "tcp",
                                 .infer = "batch: 2, preprocess: store",
                                 .parties = "",
                                 .rows = 7};

    (void) state;
    check_run(&run, 7);
}

#define TABLES "run/student/public/embedding.safetensors"

static void check_tables(const char *folder)
{
    static const char *const names[] = {"bert.embeddings.position_embeddings.weight",
                                        "bert.embeddings.token_type_embeddings.weight",
                                        "bert.embeddings.word_embeddings.weight"};
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(folder, TABLES);
    struct safetensors *file = NULL;

    assert_ok(safetensors_open(path, &file, err), err);
    assert_int_equal(safetensors_count(file), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(safetensors_tensor(file, i)->name, names[i]);
    }
    safetensors_close(file);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static bool has_tables(const char *folder)
{
    char *path = file_join(folder, TABLES);
    const bool found = file_exists(path);

    mpcf_free(path);
    return found;
}

static void public_embedding_is_the_users(void **state)
{
    struct test_run run = {.family = "bert",
                           .task = "SST-2",
                           .transport = "loopback",
                           .infer = "batch: 2",
                           .parties = "",
                           .rows = 5};
    const char *private = test_run_create(&run);
    json_t *hidden = test_run_infer(private), *shown = NULL;

    (void) state;
    run.infer = "batch: 2, embedding: public";
    const char *public = test_run_create(&run);
    assert_false(has_tables(private));
    check_tables(public);
    check_run(&run, 5);
    /* A folder of another choice gets the tables, without another conversion. */
    char *path = file_join(public, TABLES);
    assert_int_equal(remove(path), 0);
    shown = test_run_infer(public);
    check_tables(public);
    assert_true(test_report_agrees(shown, 0.02));
    assert_true(test_report_number(shown, "secure.online.bytes_sent.user") <
                test_report_number(hidden, "secure.online.bytes_sent.user"));
    assert_true(test_report_number(shown, "secure.online.rounds") <
                test_report_number(hidden, "secure.online.rounds"));
    json_decref(hidden);
    json_decref(shown);
    mpcf_free(path);
}

static void public_embedding_of_roberta(void **state)
{
    const struct test_run run = {.family = "roberta",
                                 .task = "RTE",
                                 .transport = "loopback",
                                 .infer = "batch: 3, embedding: public",
                                 .parties = "",
                                 .rows = 4};

    (void) state;
    check_run(&run, 4);
}

static void roberta_runs_over_zmq(void **state)
{
    const struct test_run run = {.family = "roberta",
                                 .task = "SST-2",
                                 .transport = "zmq",
                                 .infer = "batch: 4",
                                 .parties = "",
                                 .rows = 4};

    (void) state;
    check_run(&run, 4);
}

/* Checkpoints as another library saved them; their config.json says the family. */
static void families_run_without_being_named(void **state)
{
    static const char *const names[] = {"distilbert", "electra"};
    static const char *const infer[] = {"batch: 2", "batch: 3, embedding: public"};

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        char folder[100];

        (void) snprintf(folder, sizeof folder, "tests/vectors/families/%s", names[i / 2]);
        const struct test_run run = {.checkpoint = source_path(folder),
                                     .labels = 2,
                                     .vocabulary = 40,
                                     .max_length = 14,
                                     .task = i % 2 == 0 ? "RTE" : "SST-2",
                                     .transport = i % 2 == 0 ? "tcp" : "loopback",
                                     .infer = infer[i % 2],
                                     .parties = "",
                                     .rows = 4};

        check_run(&run, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bert_runs_over_tcp),
        cmocka_unit_test(exact_lengths_run_without_a_mask),
        cmocka_unit_test(pairs_run_over_zmq),
        cmocka_unit_test(corrections_are_dealt_ahead),
        cmocka_unit_test(public_embedding_is_the_users),
        cmocka_unit_test(public_embedding_of_roberta),
        cmocka_unit_test(roberta_runs_over_tcp),
        cmocka_unit_test(roberta_runs_over_zmq),
        cmocka_unit_test(families_run_without_being_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
