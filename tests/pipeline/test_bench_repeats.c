/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bench repeats`: one text asked again and again. Answers differ, their mean is finer than each, and
 * labels flip near a tie only.
 */
#include "support/support.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "bench/bench_repeats.h"
#include "pipeline/open_pipeline.h"
#include "support/run_folder.h"

enum { REPEATS = 64, LOGIT_LINES = 3, LABEL_LINES = 9 };

static struct pipeline *open_run(const char *infer, mpcf_error *err)
{
    const struct test_run run = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = infer,
                                 .parties = "",
                                 .rows = 3};
    char *file = file_join(test_run_create(&run), "pipeline.yaml");
    const struct pipeline_request source = {.file = file};
    struct pipeline *p = NULL;

    assert_ok(pipeline_open(&source, &p, err), err);
    mpcf_free(file);
    return p;
}

static double at(const json_t *list, size_t i, const char *key)
{
    const json_t *number = json_object_get(json_array_get(list, i), key);

    assert_true(json_is_number(number));
    return json_number_value(number);
}

static void check_logits(const json_t *lines)
{
    static const double repeats[LOGIT_LINES] = {1, 8, 64};

    assert_int_equal(json_array_size(lines), LOGIT_LINES);
    assert_true(at(lines, 0, "deviation") > 0); /* the last rounding is one of them */
    for (size_t i = 0; i < LOGIT_LINES; i++) {
        const double root = sqrt(repeats[i]);

        assert_true(at(lines, i, "repeats") == repeats[i]);
        assert_true(fabs(at(lines, i, "deviation") * root - at(lines, 0, "deviation")) < 1e-12);
        assert_true(at(lines, i, "error_to_float") < 0.02);
        assert_true(at(lines, i, "error_to_reference") < 0.02);
    }
    assert_true(fabs(at(lines, 1, "more_bits") - at(lines, 0, "more_bits") - 1.5) < 1e-9);
    assert_true(fabs(at(lines, 2, "more_bits") - at(lines, 0, "more_bits") - 3) < 1e-9);
    assert_true(at(lines, 2, "error_to_float") <= at(lines, 0, "error_to_float"));
}

static void check_labels(const json_t *lines)
{
    assert_int_equal(json_array_size(lines), LABEL_LINES);
    for (size_t i = 0; i < LABEL_LINES; i++) {
        assert_true(at(lines, i, "others") == at(lines, i, "share") * REPEATS);
    }
    /* Roundings are far smaller than these margins, and so is the error of their middle. */
    assert_true(at(lines, 0, "margin") == -ldexp(1, -6));
    assert_true(at(lines, 0, "others") == REPEATS);
    assert_true(at(lines, LABEL_LINES - 1, "margin") == ldexp(1, -6));
    assert_true(at(lines, LABEL_LINES - 1, "others") == 0);
}

static void means_are_finer_and_labels_flip_near_ties(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct pipeline *p = open_run("batch: 1", err);
    const struct bench_repeats_request request = {.pipeline = p, .row = 1, .repeats = REPEATS};
    json_t *result = NULL;

    (void) state;
    assert_ok(bench_repeats(&request, &result, err), err);
    assert_int_equal(json_integer_value(json_object_get(result, "logit_fraction")), 8);
    assert_int_equal(json_integer_value(json_object_get(result, "row")), 1);
    check_logits(json_object_get(result, "logits"));
    check_labels(json_object_get(result, "labels"));
    char *table = bench_repeats_table(result);
    assert_non_null(table);
    assert_non_null(strstr(table, "64 secure inferences"));
    assert_non_null(strstr(table, "more bits"));
    assert_non_null(strstr(table, "other labels"));
    mpcf_free(table);
    json_decref(result);
    pipeline_close(p);
    mpcf_error_destroy(err);
}

static void a_row_that_is_not_there_is_refused(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct pipeline *p = open_run("length: exact", err);
    const struct bench_repeats_request request = {.pipeline = p, .row = 3, .repeats = 2};
    json_t *result = NULL;

    (void) state;
    assert_status(MPCF_E_INVALID, bench_repeats(&request, &result, err), err);
    assert_message_contains(err, "--row: 3, but the split has rows 0 to 2");
    assert_null(result);
    pipeline_close(p);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_finer_and_labels_flip_near_ties),
        cmocka_unit_test(a_row_that_is_not_there_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
