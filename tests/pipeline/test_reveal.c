/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `reveal: label` as it is run: the user's file and the report have labels and no logit, roles must
 * agree on it, and it costs what the cost engine says.
 */
#include "support/support.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/memory.h"
#include "report/report.h"
#include "support/apart.h"
#include "support/run_folder.h"

static const json_t *function_named(const json_t *record, const char *name)
{
    const json_t *list = json_object_get(record, "functions");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);

        if (strcmp(json_string_value(json_object_get(entry, "name")), name) == 0) {
            return entry;
        }
    }
    return NULL;
}

static const char *word_at(const json_t *record, const char *key)
{
    const char *word = json_string_value(json_object_get(record, key));

    return word != NULL ? word : "";
}

static void check_record(const json_t *user, size_t rows)
{
    const json_t *predictions = json_object_get(user, "predictions");

    assert_string_equal(word_at(user, "reveal"), "label");
    assert_string_equal(word_at(user, "cost_engine"), "equal");
    assert_null(json_object_get(user, "logits"));
    assert_int_equal(json_array_size(predictions), rows);
    for (size_t i = 0; i < rows; i++) {
        const double label = json_number_value(json_array_get(predictions, i));

        assert_true(label == 0 || label == 1);
    }
    assert_non_null(json_object_get(json_object_get(user, "metrics"), "accuracy"));
    assert_non_null(function_named(user, "label"));
}

static void check_report(const json_t *report)
{
    assert_string_equal(json_string_value(report_get(report, "privacy.reveal")), "label");
    assert_null(report_get(report, "secure.max_logit_error"));
    assert_null(report_get(report, "fixed.max_logit_error"));
    assert_null(report_get(report, "secure.max_error_vs_fixed"));
    assert_true(test_report_number(report, "secure.agreement") >= 0);
    assert_true(test_report_number(report, "fixed.agreement") >= 0);
    /* Labels that differ were as good as ties: comparisons see all bits that logits have. */
    assert_true(test_report_number(report, "secure.disagreement_margin") <= 0.02);
    assert_true(test_report_number(report, "fixed.disagreement_margin") <= 0.02);
    assert_non_null(report_get(report, "secure.metrics.accuracy"));
    assert_non_null(report_get(report, "fixed.metrics.accuracy"));
}

static void check_run(const char *transport, const char *infer)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = transport,
                                 .infer = infer,
                                 .parties = "",
                                 .rows = 7};
    const char *folder = test_run_create(&run);
    json_t *report = test_run_infer(folder), *user = test_read_json(folder, "run/infer/user.json");

    check_record(user, 7);
    check_report(report);
    json_decref(report);
    json_decref(user);
}

static void labels_are_all_that_is_told(void **state)
{
    (void) state;
    check_run("loopback", "batch: 2, reveal: label");
    check_run("tcp", "length: exact, embedding: public, reveal: label");
    check_run("loopback", "batch: 3, weights: shared, reveal: label");
    check_run("loopback", "batch: 2, preprocess: store, reveal: label");
}

/* FOLDER's pipeline with other options of infer. */
static void change_infer(const char *folder, const char *from, const char *to)
{
    char *text = test_read(folder, "pipeline.yaml"), *at = strstr(text, from);
    char *path = mpcf_format("%s/pipeline.yaml", folder);
    FILE *file = fopen(path, "w");

    assert_non_null(at);
    assert_non_null(file);
    (void) fprintf(file, "%.*s%s%s", (int) (at - text), text, to, at + strlen(from));
    assert_int_equal(fclose(file), 0);
    mpcf_free(path);
    mpcf_free(text);
}

/* Figures of an earlier run with logits do not stay in the report, and come back. */
static void a_report_follows_the_setting(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = "reveal: logits",
                                 .parties = "",
                                 .rows = 3};
    const char *folder = test_run_create(&run);
    json_t *report = test_run_infer(folder);

    (void) state;
    assert_true(test_report_number(report, "secure.max_logit_error") <= 0.02);
    json_decref(report);
    change_infer(folder, "reveal: logits", "reveal: label");
    report = test_run_infer(folder);
    check_report(report);
    json_decref(report);
    change_infer(folder, "reveal: label", "reveal: logits");
    report = test_run_infer(folder);
    assert_true(test_report_number(report, "fixed.max_logit_error") <= 0.02);
    assert_true(test_report_number(report, "secure.max_error_vs_fixed") <= 0.02);
    json_decref(report);
}

/* A user that would see logits where the provider means to show labels is told so, and nobody
 * begins; those that it called know why, when their time is over. */
static void roles_agree_on_what_is_revealed(void **state)
{
    const char *folder = apart_create("batch: 1, reveal: label, connect_timeout: 8s", 4);

    (void) state;
    apart_disagree(folder, "stages.infer.reveal=logits");
    /* The dealer, whom it calls first, and the user itself. */
    for (int r = USER; r <= DEALER; r++) {
        apart_assert_logged(folder, r, "reveal");
        apart_assert_logged(folder, r, "label");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_all_that_is_told),
        cmocka_unit_test(a_report_follows_the_setting),
        cmocka_unit_test(roles_agree_on_what_is_revealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
