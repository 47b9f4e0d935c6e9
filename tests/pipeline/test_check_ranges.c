/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `check_ranges` as it is run: a text whose values leave their ranges has a mark and no label, wherever answers
 * are read; roles must agree on it.
 */
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/memory.h"
#include "report/report.h"
#include "support/apart.h"
#include "support/datasets.h"
#include "support/run_folder.h"

enum { ROWS = 5 };

#define RANGES "run/student/public/ranges.json"

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in: %s", part, text);
    }
}

/* As if calibration had seen rows of a smaller variance, by far. */
static void shrink_a_range(const char *folder)
{
    json_t *ranges = test_read_json(folder, RANGES), *range;
    char *text;
    const char *name;
    size_t found = 0;

    json_object_foreach(json_object_get(ranges, "nodes"), name, range)
    {
        if (strstr(name, "layer.1.output.LayerNorm.row_mean_square") != NULL) {
            found++;
            for (size_t i = 0; i < 2; i++) {
                const double end = json_number_value(json_array_get(range, i));

                (void) json_array_set_new(range, i, json_real(end / 64));
            }
        }
    }
    assert_true(found > 0);
    text = json_dumps(ranges, 0);
    test_write(folder, RANGES, text);
    free(text);
    json_decref(ranges);
}

static void check_lines(const char *folder, size_t marked)
{
    char *text = test_read(folder, "run/infer/answers.jsonl");
    size_t found = 0, labels = 0;

    for (const char *at = text; (at = strstr(at, "\"out_of_range\": true")) != NULL; at++) {
        found++;
    }
    for (const char *at = text; (at = strstr(at, "\"label\"")) != NULL; at++) {
        labels++;
    }
    assert_int_equal(found, marked);
    assert_int_equal(labels, ROWS - marked);
    mpcf_free(text);
}

static void check_run(const char *infer, bool is_outside)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = infer,
                                 .parties = "",
                                 .rows = ROWS};
    const char *folder = test_run_create(&run);

    if (is_outside) {
        shrink_a_range(folder);
    }
    json_t *report = test_run_infer(folder), *user = test_read_json(folder, "run/infer/user.json");
    const size_t marked = (size_t) test_report_number(report, "secure.out_of_range");
    const json_t *predictions = json_object_get(user, "predictions");
    size_t nulls = 0;

    for (size_t i = 0; i < json_array_size(predictions); i++) {
        nulls += json_is_null(json_array_get(predictions, i)) ? 1 : 0;
    }
    assert_int_equal(json_array_size(predictions), ROWS);
    assert_int_equal(nulls, marked);
    assert_int_equal(json_integer_value(json_object_get(user, "out_of_range")), marked);
    assert_int_equal(test_report_number(report, "secure.examples"), ROWS);
    assert_int_equal(test_report_number(report, "ranges.examples_outside"), marked);
    assert_true(is_outside ? marked > 0 : marked == 0);
    assert_true(is_outside || test_report_number(report, "secure.agreement") >= 0.5);
    check_lines(folder, marked);
    json_decref(report);
    json_decref(user);
}

static void what_is_outside_is_marked(void **state)
{
    (void) state;
    check_run("batch: 2, check_ranges: rows", false);
    check_run("batch: 2, check_ranges: rows", true);
    check_run("length: exact, embedding: public, check_ranges: true", true);
    check_run("batch: 3, reveal: label, weights: shared, check_ranges: all", true);
    check_run("preprocess: store, check_ranges: rows", true);
}

static void run_apart(const char *folder, const char *user_set, int expected)
{
    pid_t pids[ROLES];

    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, r == USER ? user_set : NULL);
    }
    assert_int_equal(test_host_wait(pids[USER], 60), expected);
    for (int r = 0; r < ROLES; r++) {
        if (r != USER) {
            assert_int_equal(test_host_wait(pids[r], 60), 0);
        }
    }
}

/* Its exit status tells it, when all is written; the others end well. */
static void a_user_alone_is_told(void **state)
{
    const char *folder = apart_create("check_ranges: rows", ROWS);

    (void) state;
    shrink_a_range(folder);
    run_apart(folder, NULL, 1);
    apart_assert_logged(folder, USER, "marked out of range");
    check_lines(folder, ROWS);
}

static void predict_has_no_word_for_it_but_that(void **state)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = "check_ranges: rows",
                                 .parties = "",
                                 .rows = ROWS};
    const char *folder = test_run_create(&run);
    const char *const words[] = {"predict", "pipeline.yaml", "one two", NULL};
    char *text;

    (void) state;
    shrink_a_range(folder);
    assert_int_equal(test_host_wait(test_host_start(folder, "log", NULL, words), 60), 1);
    text = test_read(folder, "log");
    assert_has(text, "out of range\n");
    assert_has(text, "1 text had values out of range");
    mpcf_free(text);
}

/* A user that would see no marks where the provider gives them is told so, and nobody begins. */
static void roles_agree_on_it(void **state)
{
    const char *folder = apart_create("check_ranges: rows, connect_timeout: 8s", ROWS);

    (void) state;
    apart_disagree(folder, "stages.infer.check_ranges=off");
    apart_assert_logged(folder, USER, "check_ranges rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_outside_is_marked),
        cmocka_unit_test(a_user_alone_is_told),
        cmocka_unit_test(predict_has_no_word_for_it_but_that),
        cmocka_unit_test(roles_agree_on_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
