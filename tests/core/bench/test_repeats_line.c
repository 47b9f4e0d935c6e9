/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the mean of repeated answers is worth, against numbers that can be worked out by hand.
 */
#include "bench/repeats_line.h"

#include <math.h>

#include "support/support.h"

/* 0 and 1 in turn: the deviation of one is sqrt(1/3), as the mean of four has one degree less. */
static void deviations_and_errors(void **state)
{
    static const double answers[4] = {0, 1, 0, 1};
    const struct repeats_line one = repeats_line_of(answers, 4, 1, 1, 0.5, 0);
    const struct repeats_line two = repeats_line_of(answers, 4, 2, 1, 0.5, 0);
    const struct repeats_line all = repeats_line_of(answers, 4, 4, 1, 0.5, 0.25);

    (void) state;
    assert_true(fabs(one.deviation - sqrt(1.0 / 3)) < 1e-12);
    assert_true(fabs(two.deviation - sqrt(1.0 / 6)) < 1e-12);
    assert_true(fabs(all.deviation - sqrt(1.0 / 12)) < 1e-12);
    assert_true(one.error_to_float == 0.5);
    assert_true(two.error_to_float == 0 && all.error_to_float == 0);
    assert_true(fabs(one.error_to_reference - sqrt(0.5)) < 1e-12);
    assert_true(two.error_to_reference == 0.5);
    assert_true(all.error_to_reference == 0.25);
}

/* A rounding to 1 has the deviation sqrt(1/12): no bit more, and none less. */
static void bits_are_those_of_a_rounding(void **state)
{
    static const double answers[4] = {0, 1, 0, 1};

    (void) state;
    assert_true(fabs(repeats_line_of(answers, 4, 4, 1, 0, 0).more_bits) < 1e-12);
    assert_true(fabs(repeats_line_of(answers, 4, 1, 1, 0, 0).more_bits + 1) < 1e-12);
    assert_true(fabs(repeats_line_of(answers, 4, 4, 4, 0, 0).more_bits - 2) < 1e-12);
}

/* What a group does not fill is left out. */
static void groups_are_whole(void **state)
{
    static const double answers[5] = {1, 1, 3, 3, 100};
    const struct repeats_line two = repeats_line_of(answers, 5, 2, 1, 2, 1);

    (void) state;
    assert_true(two.error_to_float == 1);
    assert_true(fabs(two.error_to_reference - sqrt(2)) < 1e-12);
}

/* Shares of a normal distribution of deviation 0.25 about 0.1, and two that say nothing. */
static void the_spread_is_found_from_shares(void **state)
{
    static const double margins[5] = {-9, -0.2, 0, 0.4, 9};
    static const double flat[5] = {0.5, 0.5, 0.5, 0.5, 0.5}, clear[5] = {1, 1, 0.3, 0, 0};
    double shares[5] = {1, 0, 0, 0, 0}, deviation = 0;

    (void) state;
    for (int i = 1; i < 4; i++) {
        shares[i] = 0.5 * erfc((margins[i] + 0.1) / 0.25 / sqrt(2));
    }
    assert_true(repeats_spread(margins, shares, 5, &deviation));
    assert_true(fabs(deviation - 0.25) < 1e-9);
    assert_false(repeats_spread(margins, flat, 5, &deviation));
    assert_false(repeats_spread(margins, clear, 5, &deviation));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviations_and_errors),
        cmocka_unit_test(bits_are_those_of_a_rounding),
        cmocka_unit_test(groups_are_whole),
        cmocka_unit_test(the_spread_is_found_from_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
