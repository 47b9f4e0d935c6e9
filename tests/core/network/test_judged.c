/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "network/judged.h"
#include "report/page.h"
#include "report/report.h"

static mpcf_error *err;

enum { ROWS = 6 };
static int32_t one_token[1] = {1};

static struct corpus *corpus_of(const double labels[ROWS], size_t classes, const char *metric)
{
    struct corpus_item items[ROWS];
    struct corpus *corpus = NULL;

    for (size_t i = 0; i < ROWS; i++) {
        items[i] = (struct corpus_item){.ids = one_token,
                                        .types = one_token,
                                        .length = 1,
                                        .label = labels[i],
                                        .has_label = labels[i] >= 0,
                                        .id = i};
    }
    assert_ok(corpus_from_items(items, ROWS, 0, &corpus, err), err);
    corpus->task.classes = classes;
    corpus->task.metrics[0] = metric;
    return corpus;
}

static json_int_t count_at(const json_t *report, const char *path, size_t i, size_t k)
{
    return json_integer_value(json_array_get(json_array_get(report_get(report, path), i), k));
}

/* By hand: labels 0 0 1 1 2, predictions 0 1 1 1 0; the row without a label does not count. */
static void classes_are_counted(void **state)
{
    static const double labels[ROWS] = {0, 0, 1, 1, 2, -1};
    static const float logits[ROWS * 3] = {2, 1, 0, 1, 2, 0, 0, 1, 0, 0, 5, 1, 3, 2, 1, 0, 0, 9};
    struct corpus *corpus = corpus_of(labels, 3, "accuracy");
    const struct judged judged = {.corpus = corpus, .count = ROWS, .answers = logits, .width = 3};
    json_t *report = json_object();

    (void) state;
    assert_ok(report_set_text(report, "student.scatter", "of an earlier run", err), err);
    assert_ok(judged_report(report, "student", &judged, err), err);
    assert_int_equal(json_integer_value(report_get(report, "student.rows")), 5);
    assert_true(fabs(json_number_value(report_get(report, "student.metrics.accuracy")) - 0.6) <
                1e-12);
    assert_int_equal(json_array_size(report_get(report, "student.intervals.accuracy")), 2);
    assert_int_equal(count_at(report, "student.confusion", 0, 0), 1);
    assert_int_equal(count_at(report, "student.confusion", 0, 1), 1);
    assert_int_equal(count_at(report, "student.confusion", 1, 1), 2);
    assert_int_equal(count_at(report, "student.confusion", 2, 0), 1);
    assert_int_equal(count_at(report, "student.confusion", 2, 2), 0);
    assert_null(report_get(report, "student.scatter"));
    assert_int_equal(json_integer_value(report_get(report, "student.right")), 3);
    assert_true(fabs(json_number_value(report_get(report, "student.guessing")) - 0.4) < 1e-12);
    judged_drop(report, "student");
    assert_int_equal(json_object_size(report_get(report, "student")), 0);
    json_decref(report);
    corpus_destroy(corpus);
}

/* Some rows in another order, with labels in the place of logits. */
static void rows_are_those_that_were_asked(void **state)
{
    static const double labels[ROWS] = {0, 1, 0, 1, 0, 1};
    static const uint32_t rows[3] = {5, 1, 0};
    static const float answers[3] = {1, 0, 0};
    struct corpus *corpus = corpus_of(labels, 2, "accuracy");
    const struct judged judged = {
        .corpus = corpus, .rows = rows, .count = 3, .answers = answers, .width = 1};
    json_t *report = json_object();

    (void) state;
    assert_ok(judged_report(report, "secure", &judged, err), err);
    assert_int_equal(json_integer_value(report_get(report, "secure.rows")), 3);
    assert_int_equal(count_at(report, "secure.confusion", 0, 0), 1);
    assert_int_equal(count_at(report, "secure.confusion", 1, 0), 1);
    assert_int_equal(count_at(report, "secure.confusion", 1, 1), 1);
    json_decref(report);
    corpus_destroy(corpus);
}

static json_int_t sum_of_scatter(const json_t *scatter)
{
    const json_t *counts = json_object_get(scatter, "counts");
    json_int_t sum = 0;

    for (size_t i = 0; i < json_array_size(counts); i++) {
        sum += json_integer_value(json_array_get(json_array_get(counts, i), 2));
    }
    return sum;
}

static void scores_are_counted_by_place(void **state)
{
    static const double labels[ROWS] = {0, 1, 2, 3, 4, 5};
    static const float scores[ROWS] = {-1, 1, 2, 3, 4, 6};
    struct corpus *corpus = corpus_of(labels, 1, "pearson");
    const struct judged judged = {.corpus = corpus, .count = ROWS, .answers = scores, .width = 1};
    json_t *report = json_object();

    (void) state;
    assert_ok(judged_report(report, "student", &judged, err), err);
    assert_true(json_number_value(report_get(report, "student.scatter.low")) == -1);
    assert_true(json_number_value(report_get(report, "student.scatter.high")) == 6);
    assert_int_equal(sum_of_scatter(report_get(report, "student.scatter")), ROWS);
    assert_null(report_get(report, "student.confusion"));
    json_decref(report);
    corpus_destroy(corpus);
}

/* A test split has no labels: nothing is judged, and nothing of an earlier run stays. */
static void without_labels_nothing_is_judged(void **state)
{
    static const double labels[ROWS] = {-1, -1, -1, -1, -1, -1};
    static const float logits[ROWS * 2] = {0};
    struct corpus *corpus = corpus_of(labels, 2, "accuracy");
    const struct judged judged = {.corpus = corpus, .count = ROWS, .answers = logits, .width = 2};
    json_t *report = json_object();

    (void) state;
    assert_ok(report_set_real(report, "student.metrics.accuracy", 1, err), err);
    assert_ok(judged_report(report, "student", &judged, err), err);
    assert_int_equal(json_object_size(report_get(report, "student.metrics")), 0);
    assert_int_equal(json_integer_value(report_get(report, "student.rows")), 0);
    assert_null(report_get(report, "student.confusion"));
    json_decref(report);
    corpus_destroy(corpus);
}

/* --- What no run should have, and some do --- */

/* Its page says no "nan"; the report may be written. */
static void expect_page(const struct judged *judged, const char *why)
{
    struct text_buffer page = {0};
    json_t *report = json_object();
    char *text = NULL;

    mpcf_error_reset(err);
    if (judged_report(report, "secure", judged, err) != MPCF_OK ||
        report_render(report, &page, err) != MPCF_OK) {
        fail_msg("%s: %s", why, mpcf_error_text(err));
    }
    text = json_dumps(report, 0);
    assert_non_null(text);
    if (strstr(page.data, "nan") != NULL || strstr(page.data, "inf<") != NULL) {
        fail_msg("%s: %s", why, text);
    }
    free(text);
    text_clear(&page);
    json_decref(report);
}

/* Such a network is broken, and no figure of it means anything. */
static void expect_refusal(const struct judged *judged)
{
    json_t *report = json_object();

    mpcf_error_reset(err);
    assert_int_not_equal(judged_report(report, "secure", judged, err), MPCF_OK);
    assert_message_contains(err, "is not a finite number");
    mpcf_error_reset(err);
    json_decref(report);
}

static bool all_finite(const float answers[ROWS])
{
    for (size_t i = 0; i < ROWS; i++) {
        if (!isfinite(answers[i])) {
            return false;
        }
    }
    return true;
}

static void odd_answers_are_judged(void **state)
{
    static const struct {
        const char *why, *metric;
        size_t classes;
        double labels[ROWS];
        float answers[ROWS]; /* labels, or scores */
    } cases[] = {
        {"one class alone", "accuracy", 2, {1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}},
        {"one class alone, f1", "f1", 2, {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}},
        {"one class alone, matthews", "matthews", 2, {0, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}},
        {"a task of one class that all have",
         "accuracy",
         2,
         {0, 0, 0, 0, 0, 0},
         {1, 1, 1, 1, 1, 1}},
        {"equal labels", "pearson", 1, {2, 2, 2, 2, 2, 2}, {1, 2, 3, 4, 5, 1}},
        {"equal scores", "spearman", 1, {1, 2, 3, 4, 5, 0}, {2, 2, 2, 2, 2, 2}},
        {"all is one number", "pearson", 1, {2, 2, 2, 2, 2, 2}, {2, 2, 2, 2, 2, 2}},
        {"no number", "pearson", 1, {1, 2, 3, 4, 5, 0}, {NAN, 2, 3, 4, 5, 1}},
        {"nothing but no numbers",
         "pearson",
         1,
         {1, 2, 3, 4, 5, 0},
         {NAN, NAN, NAN, NAN, NAN, NAN}},
        {"without end", "spearman", 1, {1, 2, 3, 4, 5, 0}, {INFINITY, 2, 3, -INFINITY, 5, 1}},
        {"nobody labelled", "accuracy", 2, {-1, -1, -1, -1, -1, -1}, {1, 1, 1, 1, 1, 1}},
        {"one row labelled", "pearson", 1, {-1, -1, -1, -1, -1, 1}, {1, 1, 1, 1, 1, 1}},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct corpus *corpus = corpus_of(cases[i].labels, cases[i].classes, cases[i].metric);
        const struct judged judged = {
            .corpus = corpus, .count = ROWS, .answers = cases[i].answers, .width = 1};

        if (all_finite(cases[i].answers)) {
            expect_page(&judged, cases[i].why);
        } else {
            expect_refusal(&judged);
        }
        corpus_destroy(corpus);
    }
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
        cmocka_unit_test(classes_are_counted),
        cmocka_unit_test(rows_are_those_that_were_asked),
        cmocka_unit_test(scores_are_counted_by_place),
        cmocka_unit_test(without_labels_nothing_is_judged),
        cmocka_unit_test(odd_answers_are_judged),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
