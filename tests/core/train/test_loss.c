/* SPDX-License-Identifier: Apache-2.0 */
/* Losses: values by hand, gradients by central differences. */
#include "train/loss.h"

#include <math.h>
#include <string.h>

#include "support/support.h"
#include "train/schedule.h"

enum { COUNT = 24 };
static float a[COUNT], b[COUNT], seed[COUNT], spare[COUNT];
static const double labels[] = {0, 2, 1, 1, 0, 2, 2, 0};
static const int32_t mask[] = {1, 1, 0}; /* batch 1, heads 2 .. 3 tokens */

static double cross_entropy(float *s)
{
    return loss_cross_entropy(a, labels, 8, 3, s);
}

static double regression(float *s)
{
    return loss_regression(a, labels, 8, s);
}

static double mean_square(float *s)
{
    return loss_mean_square(a, b, COUNT, s);
}

static double scores(float *s)
{
    return loss_scores(a, b, mask, 1, 2, 3, s);
}

static double soft(float *s)
{
    return loss_soft(a, b, 2, 8, 3, s);
}

static void check(double (*loss)(float *))
{
    const double step = 1e-2;

    memset(seed, 0, sizeof seed);
    (void) loss(seed);
    for (size_t i = 0; i < COUNT; i++) {
        float kept = a[i];
        double up = 0, down = 0;

        a[i] = kept + (float) step;
        up = loss(spare);
        a[i] = kept - (float) step;
        down = loss(spare);
        a[i] = kept;
        assert_true(fabs((up - down) / (2 * step) - (double) seed[i]) < 2e-4);
    }
}

static void gradients_equal_differences(void **state)
{
    struct test_random r = {3};

    (void) state;
    for (size_t i = 0; i < COUNT; i++) {
        a[i] = (float) test_random_normal(&r);
        b[i] = (float) test_random_normal(&r);
    }
    check(cross_entropy);
    check(regression);
    check(mean_square);
    check(scores);
    check(soft);
}

static void equal_logits_lose_the_log_of_the_classes(void **state)
{
    (void) state;
    memset(a, 0, sizeof a);
    assert_true(fabs(cross_entropy(spare) - log(3)) < 1e-6);
}

static void masked_keys_do_not_count(void **state)
{
    (void) state;
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    a[2] = 100; /* key 2 of the first row is padding */
    assert_true(scores(spare) == 0);
    a[1] = 3;
    assert_true(fabs(scores(spare) - 9.0 / 18) < 1e-7);
}

static void schedule_rises_and_falls(void **state)
{
    (void) state;
    assert_true(schedule_factor(SCHEDULE_LINEAR, 0, 10, 3) == 1.0 / 3);
    assert_true(schedule_factor(SCHEDULE_LINEAR, 2, 10, 3) == 1);
    assert_true(schedule_factor(SCHEDULE_LINEAR, 3, 10, 3) == 6.0 / 7);
    assert_true(schedule_factor(SCHEDULE_LINEAR, 9, 10, 3) == 0);
    assert_true(schedule_factor(SCHEDULE_CONSTANT, 9, 10, 0) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_equal_differences),
        cmocka_unit_test(equal_logits_lose_the_log_of_the_classes),
        cmocka_unit_test(masked_keys_do_not_count),
        cmocka_unit_test(schedule_rises_and_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
