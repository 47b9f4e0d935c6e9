/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include "report/report.h"
#include "report/report_before.h"

static mpcf_error *err;

static json_t *run_of(double accuracy, int epochs)
{
    json_t *report = json_object();

    assert_ok(report_set_text(report, "run.started", "2026-01-02T03:04:05Z", err), err);
    assert_ok(report_set_count(report, "settings.stages.finetune.epochs", (uint64_t) epochs, err),
              err);
    assert_ok(report_set_real(report, "student.metrics.accuracy", accuracy, err), err);
    assert_ok(report_set_count(report, "student.confusion", 3, err), err);
    return report;
}

static json_t *taken(const json_t *report)
{
    json_t *earlier = NULL;

    assert_ok(report_before_take(report, &earlier, err), err);
    return earlier;
}

/* When a run begins its settings are new; when it ends its figures are, too. */
static void what_differs_is_kept(void **state)
{
    json_t *report = run_of(0.5, 3), *earlier = taken(report);

    (void) state;
    assert_null(report_get(earlier, "student.confusion"));
    assert_ok(report_set_count(report, "settings.stages.finetune.epochs", 4, err), err);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_true(json_number_value(report_get(report, "before.student.metrics.accuracy")) == 0.5);
    assert_ok(report_set_real(report, "student.metrics.accuracy", 0.75, err), err);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_true(json_equal(report_get(report, "before"), earlier));
    assert_true(json_number_value(report_get(report, "student.metrics.accuracy")) == 0.75);
    json_decref(earlier);
    json_decref(report);
}

/* A run that skips everything is the one before once more: what that one differed from stays. */
static void a_run_that_changes_nothing_leaves_it(void **state)
{
    json_t *report = run_of(0.5, 3), *earlier = NULL;

    (void) state;
    assert_ok(report_set_text(report, "before.run.started", "long ago", err), err);
    earlier = taken(report);
    assert_null(report_get(earlier, "before"));
    assert_ok(report_set_text(report, "run.started", "2026-02-02T03:04:05Z", err), err);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_string_equal(json_string_value(report_get(report, "before.run.started")), "long ago");
    json_decref(earlier);
    json_decref(report);
}

/* The student is evaluated by two stages, in batches of other sizes. */
static void noise_of_floats_is_no_difference(void **state)
{
    json_t *report = run_of(0.87312345, 3), *earlier = taken(report);

    (void) state;
    assert_ok(report_set_real(report, "student.metrics.accuracy", 0.87312361, err), err);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_null(report_get(report, "before"));
    assert_ok(report_set_real(report, "student.metrics.accuracy", 0.87314, err), err);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_non_null(report_get(report, "before"));
    json_decref(earlier);
    json_decref(report);
}

/* Figures that an interrupted run had not come to are no difference. */
static void what_was_not_there_yet_is_no_difference(void **state)
{
    json_t *report = run_of(0.5, 3), *earlier = taken(report);

    (void) state;
    assert_ok(report_set_real(report, "secure.agreement", 1, err), err);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_null(report_get(report, "before"));
    json_decref(earlier);
    json_decref(report);
}

static void an_empty_folder_has_none(void **state)
{
    json_t *report = json_object(), *earlier = taken(report);

    (void) state;
    assert_null(earlier);
    assert_ok(report_before_settle(report, earlier, err), err);
    assert_int_equal(json_object_size(report), 0);
    json_decref(report);
}

/* Until version 0.1 settings were texts, which nobody can compare. */
static void settings_of_older_reports_are_left_out(void **state)
{
    json_t *report = run_of(0.5, 3), *earlier = NULL;

    (void) state;
    report_drop(report, "settings");
    assert_ok(report_set_text(report, "settings.infer", "seed 1 max_length 8\n", err), err);
    earlier = taken(report);
    assert_null(report_get(earlier, "settings"));
    assert_non_null(report_get(earlier, "run"));
    json_decref(earlier);
    json_decref(report);
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_kept),
        cmocka_unit_test(a_run_that_changes_nothing_leaves_it),
        cmocka_unit_test(noise_of_floats_is_no_difference),
        cmocka_unit_test(what_was_not_there_yet_is_no_difference),
        cmocka_unit_test(an_empty_folder_has_none),
        cmocka_unit_test(settings_of_older_reports_are_left_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
