/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "metrics/metrics.h"
#include "support/support.h"

static mpcf_error *err;

static double value_of(const char *name, const double *labels, const double *predictions,
                       size_t count)
{
    double value = -7;

    assert_ok(metric_compute(name, labels, predictions, count, &value, err), err);
    return value;
}

static void test_constant_side_is_zero(void **state)
{
    const double flat[4] = {1, 1, 1, 1}, some[4] = {0, 1, 1, 0};

    (void) state;
    assert_true(value_of("matthews", some, flat, 4) == 0.0);
    assert_true(value_of("pearson", flat, some, 4) == 0.0);
    assert_true(value_of("spearman", some, flat, 4) == 0.0);
}

static void test_spearman_sees_order_alone(void **state)
{
    const double x[5] = {1, 2, 3, 4, 5}, y[5] = {-3, 0.1, 0.2, 100, 1e6};

    (void) state;
    assert_true(fabs(value_of("spearman", x, y, 5) - 1) < 1e-12);
    assert_true(value_of("pearson", x, y, 5) < 0.8);
}

static void test_refusals(void **state)
{
    const double good[2] = {0, 1}, bad[2] = {0, NAN}, three[2] = {0, 2};
    double value = 0;

    (void) state;
    assert_status(MPCF_E_INVALID, metric_compute("acuracy", good, good, 2, &value, err), err);
    assert_message_contains(err, "accuracy");
    assert_status(MPCF_E_INVALID, metric_compute("f1", good, three, 2, &value, err), err);
    assert_status(MPCF_E_INVALID, metric_compute("matthews", good, bad, 2, &value, err), err);
    assert_status(MPCF_E_INVALID, metric_compute("pearson", good, bad, 2, &value, err), err);
    assert_status(MPCF_E_INVALID, metric_compute("spearman", bad, good, 2, &value, err), err);
    assert_status(MPCF_E_INVALID, metric_compute("accuracy", good, good, 0, &value, err), err);
}

static void test_prediction(void **state)
{
    const float two[2] = {0.5f, 0.5f}, three[3] = {-1, 2, 1};

    (void) state;
    assert_true(metric_prediction(two, 2) == 0.0);
    assert_true(metric_prediction(three, 3) == 1.0);
    assert_true(metric_prediction(three, 1) == -1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_side_is_zero),
        cmocka_unit_test(test_spearman_sees_order_alone),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_prediction),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
