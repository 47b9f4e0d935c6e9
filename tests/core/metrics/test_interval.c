/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>

#include "base/random.h"
#include "metrics/interval.h"

static mpcf_error *err;

/* Newcombe, Statistics in Medicine 17 (1998), table I, method 3, to four digits. */
static void wilson_is_as_published(void **state)
{
    static const struct {
        size_t right, count;
        double low, high;
    } published[] = {
        {81, 263, 0.2553, 0.3662},
        {15, 148, 0.0624, 0.1605},
        {0, 20, 0.0000, 0.1611},
        {1, 29, 0.0061, 0.1718},
    };

    (void) state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        const struct interval found = interval_wilson(published[i].right, published[i].count);
        const struct interval mirror =
            interval_wilson(published[i].count - published[i].right, published[i].count);

        assert_true(fabs(found.low - published[i].low) < 5.1e-5);
        assert_true(fabs(found.high - published[i].high) < 5.1e-5);
        assert_true(fabs(mirror.low - (1 - found.high)) < 1e-12);
    }
}

static bool interval_for(const char *metric, const double *labels, const double *predictions,
                         size_t count, struct interval *out)
{
    bool has = false;

    assert_ok(interval_of(metric, labels, predictions, count, out, &has, err), err);
    return has;
}

/* Bivariate normal numbers with the correlation R. */
enum { ROWS = 400 };
static void draw(double r, double x[ROWS], double y[ROWS])
{
    uint64_t seed = 7;

    for (size_t i = 0; i < ROWS; i++) {
        x[i] = random_normal(&seed);
        y[i] = r * x[i] + sqrt(1 - r * r) * random_normal(&seed);
    }
}

/* Of normal numbers Fisher's z is known to be right: tanh(atanh r +- 1.96 / sqrt(n - 3)). */
static void the_bootstrap_of_pearson_is_near_fishers(void **state)
{
    double x[ROWS], y[ROWS], r = 0, sum[5] = {0};
    struct interval found;

    (void) state;
    draw(0.8, x, y);
    for (size_t i = 0; i < ROWS; i++) {
        sum[0] += x[i];
        sum[1] += y[i];
        sum[2] += x[i] * x[i];
        sum[3] += y[i] * y[i];
        sum[4] += x[i] * y[i];
    }
    r = (sum[4] - sum[0] * sum[1] / ROWS) /
        sqrt((sum[2] - sum[0] * sum[0] / ROWS) * (sum[3] - sum[1] * sum[1] / ROWS));
    assert_true(interval_for("pearson", x, y, ROWS, &found));
    assert_true(fabs(found.low - tanh(atanh(r) - 1.96 / sqrt(ROWS - 3))) < 0.012);
    assert_true(fabs(found.high - tanh(atanh(r) + 1.96 / sqrt(ROWS - 3))) < 0.012);
}

static void the_same_rows_give_the_same_interval(void **state)
{
    double x[ROWS], y[ROWS];
    struct interval one, two;

    (void) state;
    draw(0.5, x, y);
    assert_true(interval_for("spearman", x, y, ROWS, &one));
    assert_true(interval_for("spearman", x, y, ROWS, &two));
    assert_true(one.low == two.low && one.high == two.high && one.low < one.high);
}

/* Perfect predictions leave the bootstrap no room, and Wilson some. */
static void perfect_predictions(void **state)
{
    double labels[20];
    struct interval found;

    (void) state;
    for (size_t i = 0; i < 20; i++) {
        labels[i] = (double) (i % 2);
    }
    assert_true(interval_for("f1", labels, labels, 20, &found));
    assert_true(found.low == 1 && found.high == 1);
    assert_true(interval_for("accuracy", labels, labels, 20, &found));
    assert_true(found.high > 1 - 1e-12 && fabs(found.low - (1 - 0.1611)) < 5.1e-5);
}

static void few_rows_have_wilsons_alone(void **state)
{
    const double labels[3] = {0, 1, 1}, predictions[3] = {0, 1, 0};
    struct interval found;
    bool has = true;

    (void) state;
    assert_false(interval_for("f1", labels, predictions, 3, &found));
    assert_true(interval_for("accuracy", labels, predictions, 3, &found));
    assert_false(interval_for("accuracy", labels, predictions, 0, &found));
    assert_ok(interval_of("pearson", NULL, NULL, INTERVAL_ROWS_MOST + 1, &found, &has, err), err);
    assert_false(has);
}

static void an_unknown_metric_is_an_error(void **state)
{
    const double labels[INTERVAL_ROWS_LEAST] = {0};
    struct interval found;
    bool has;

    (void) state;
    assert_status(MPCF_E_INVALID,
                  interval_of("f2", labels, labels, INTERVAL_ROWS_LEAST, &found, &has, err), err);
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
        cmocka_unit_test(wilson_is_as_published),
        cmocka_unit_test(the_bootstrap_of_pearson_is_near_fishers),
        cmocka_unit_test(the_same_rows_give_the_same_interval),
        cmocka_unit_test(perfect_predictions),
        cmocka_unit_test(few_rows_have_wilsons_alone),
        cmocka_unit_test(an_unknown_metric_is_an_error),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
