/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When answers on the secure run's integers are too far from the floats': more than 0.5 % and more than 2 rows.
 */
#include "stages/difference.h"

#include <math.h>

#include "support/support.h"

enum { ROWS = 1000 };

/* ROWS rows that are sure by MARGIN; of the first WRONG the reference says the other label. */
struct rows {
    float exact[2 * ROWS], reference[2 * ROWS];
    struct corpus corpus;
    struct infer_evaluation evaluation;
};

static void fill(struct rows *r, double margin, size_t count, size_t wrong)
{
    for (size_t i = 0; i < count; i++) {
        r->exact[2 * i] = (float) margin;
        r->exact[2 * i + 1] = 0;
        r->reference[2 * i] = i < wrong ? -1 : 1;
        r->reference[2 * i + 1] = 0;
    }
    r->corpus = (struct corpus){.count = count};
    r->evaluation = (struct infer_evaluation){.corpus = &r->corpus,
                                              .classes = 2,
                                              .answer = 2,
                                              .exact = r->exact,
                                              .reference = r->reference};
}

static mpcf_status judge(struct rows *r, bool is_allowed, const char *message)
{
    static struct pipeline pipeline;
    mpcf_error *err = mpcf_error_create();

    pipeline.infer.allow_difference = is_allowed;
    pipeline.infer.logit_fraction = 8;
    const mpcf_status status = difference_judge(&pipeline, &r->evaluation, "rows", err);
    if (status != MPCF_OK) {
        assert_message_contains(err, message);
    }
    mpcf_error_destroy(err);
    return status;
}

static void more_than_two_and_a_share(void **state)
{
    static struct rows r;

    (void) state;
    fill(&r, 1, ROWS, 5);
    assert_int_equal(judge(&r, false, ""), MPCF_OK); /* 0.5 % */
    fill(&r, 1, ROWS, 6);
    assert_int_equal(judge(&r, false, "6 of 1000 rows"), MPCF_E_RANGE);
    assert_int_equal(judge(&r, false, "stages.infer.value_fraction"), MPCF_E_RANGE);
    assert_int_equal(judge(&r, true, ""), MPCF_OK);
    fill(&r, 1, 16, 2);
    assert_int_equal(judge(&r, false, ""), MPCF_OK);
    fill(&r, 1, 16, 3);
    assert_int_equal(judge(&r, false, "3 of 16 rows"), MPCF_E_RANGE);
}

static void near_ties_do_not_count(void **state)
{
    static struct rows r;

    (void) state;
    fill(&r, 0.019, ROWS, 400); /* and are what is judged where there is nothing else */
    assert_int_equal(judge(&r, false, "stages.infer.logit_fraction"), MPCF_E_RANGE);
    fill(&r, 0.019, ROWS, 400);
    for (size_t i = 499; i < ROWS; i++) {
        r.exact[2 * i] = 1;
    }
    assert_int_equal(judge(&r, false, ""), MPCF_OK);
    r.reference[2 * 600] = NAN; /* agrees with nothing */
    r.reference[2 * 601] = NAN;
    r.reference[2 * 602] = NAN;
    assert_int_equal(judge(&r, false, ""), MPCF_OK);
    for (size_t i = 603; i < 606; i++) {
        r.reference[2 * i] = INFINITY;
    }
    assert_int_equal(judge(&r, false, "6 of 1000"), MPCF_E_RANGE);
}

static void logits_below_their_unit_are_refused(void **state)
{
    static struct rows r;

    (void) state;
    fill(&r, 0.004, 16, 0);
    assert_int_equal(judge(&r, false, ""), MPCF_OK);
    fill(&r, 0.0038, 16, 0); /* less than 1 / 256 */
    assert_int_equal(judge(&r, false, "units of 0.0039"), MPCF_E_RANGE);
    assert_int_equal(judge(&r, true, ""), MPCF_OK);
    fill(&r, 0.0038, 7, 0); /* few rows say little */
    assert_int_equal(judge(&r, false, ""), MPCF_OK);
}

static void what_is_not_finite_is_refused(void **state)
{
    static struct rows r;

    (void) state;
    fill(&r, 1, ROWS, 0);
    r.exact[77] = NAN;
    assert_int_equal(judge(&r, true, "1 of 1000 rows"), MPCF_E_RANGE);
    r.exact[77] = INFINITY;
    assert_int_equal(judge(&r, true, "not finite"), MPCF_E_RANGE);
}

static void scores_agree_when_close(void **state)
{
    static struct rows r;

    (void) state;
    fill(&r, 1, ROWS, 0);
    r.evaluation.classes = 1;
    r.evaluation.answer = 1;
    for (size_t i = 0; i < ROWS; i++) {
        r.reference[i] = r.exact[i] + (i < 6 ? 0.015F : 0);
    }
    assert_int_equal(judge(&r, false, ""), MPCF_OK);
    for (size_t i = 0; i < 6; i++) {
        r.reference[i] = r.exact[i] - 0.03F;
    }
    assert_int_equal(judge(&r, false, "6 of 1000"), MPCF_E_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_two_and_a_share), cmocka_unit_test(near_ties_do_not_count),
        cmocka_unit_test(logits_below_their_unit_are_refused),
        cmocka_unit_test(what_is_not_finite_is_refused), cmocka_unit_test(scores_agree_when_close)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
