/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as the page writes them: _ stands for the narrow space, - for the minus. */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"

/* TEXT with _ and - in place of what is narrow or longer. */
static void plain(const char *text, char out[64])
{
    size_t length = 0;

    while (*text != '\0' && length + 1 < 64) {
        if (text_starts_with(text, NUMBER_SPACE)) {
            out[length++] = '_';
            text += strlen(NUMBER_SPACE);
        } else if (text_starts_with(text, NUMBER_MINUS)) {
            out[length++] = '-';
            text += strlen(NUMBER_MINUS);
        } else {
            out[length++] = *text++;
        }
    }
    out[length] = '\0';
}

typedef void writer(struct text_buffer *out, double value);

static void assert_written(writer *write, double value, const char *want)
{
    struct text_buffer out = {0};
    char found[64];

    write(&out, value);
    plain(text_string(&out), found);
    assert_string_equal(found, want);
    text_clear(&out);
}

static void counts_have_their_thousands_apart(void **state)
{
    (void) state;
    assert_written(number_count, 0, "0");
    assert_written(number_count, -0.0, "0");
    assert_written(number_count, 872, "872");
    assert_written(number_count, 4096, "4096"); /* four digits stay together */
    assert_written(number_count, 67349, "67_349");
    assert_written(number_count, -1234567, "-1_234_567");
    assert_written(number_count, 1e18, "1_×_10¹⁸");
}

static void sizes_have_two_or_three_digits(void **state)
{
    (void) state;
    assert_written(number_bytes, 0, "0_B");
    assert_written(number_bytes, 999, "999_B");
    assert_written(number_bytes, 999.6, "1.0_kB");
    assert_written(number_bytes, 1234567, "1.2_MB");
    assert_written(number_bytes, 9960000, "10_MB");
    assert_written(number_bytes, 123456789, "123_MB");
    assert_written(number_bytes, 999999999, "1.0_GB");
    assert_written(number_bytes, 5e15, "5000_TB");
    assert_written(number_bytes, -2.5e6, "-2.5_MB");
}

static void times_are_in_what_people_say(void **state)
{
    (void) state;
    assert_written(number_seconds, 0, "0_s");
    assert_written(number_seconds, 0.0671234, "0.067_s");
    assert_written(number_seconds, 0.312, "0.31_s");
    assert_written(number_seconds, 0.9951, "1.0_s");
    assert_written(number_seconds, 1.94, "1.9_s");
    assert_written(number_seconds, 43.21, "43_s");
    assert_written(number_seconds, 99.6, "1_min 40_s");
    assert_written(number_seconds, 120, "2_min");
    assert_written(number_seconds, 725, "12_min 5_s");
    assert_written(number_seconds, 3599.7, "1_h");
    assert_written(number_seconds, 4321, "1_h 12_min");
    assert_written(number_seconds, 0.0037, "3.7_ms");
    assert_written(number_seconds, 0.000042, "0.042_ms");
    assert_written(number_seconds, 3.2e-6, "3.2_µs");
    assert_written(number_seconds, -0.067, "-0.067_s");
    assert_written(number_seconds, -725, "-12_min 5_s");
}

/* What is not all is never written as all, and what is not nothing never as nothing. */
static void shares_are_all_or_nothing_only_where_they_are(void **state)
{
    (void) state;
    assert_written(number_percent, 0.914285714, "91.4_%");
    assert_written(number_percent, 1, "100_%");
    assert_written(number_percent, 0, "0_%");
    assert_written(number_percent, 0.9996, "99.96_%");
    assert_written(number_percent, 0.99996, "99.996_%");
    assert_written(number_percent, 0.0004, "0.04_%");
    assert_written(number_percent, 0.5, "50.0_%");
    assert_written(number_percent, 0.00001, "0.001_%");
}

static void other_numbers_have_three_digits(void **state)
{
    (void) state;
    assert_written(number_real, 0.9214285, "0.921");
    assert_written(number_real, 0, "0");
    assert_written(number_real, -0.5, "-0.5");
    assert_written(number_real, 12345.6, "12_346");
    assert_written(number_real, 1.234e-7, "1.23_×_10⁻⁷");
    assert_written(number_real, 2e20, "2_×_10²⁰");
    assert_written(number_setting, 5e-5, "5_×_10⁻⁵");
    assert_written(number_setting, 0.28209479, "0.282095");
    assert_written(number_setting, -1, "-1");
    assert_written(number_setting, 100000, "100_000");
}

static void assert_change(double change, enum number_unit unit, const char *want)
{
    struct text_buffer out = {0};
    char found[64];

    number_change(&out, change, unit);
    plain(text_string(&out), found);
    assert_string_equal(found, want);
    text_clear(&out);
}

static void changes_have_a_sign(void **state)
{
    (void) state;
    assert_change(0.0123, UNIT_PERCENT, "+1.2 points");
    assert_change(-0.081, UNIT_PERCENT, "-8.1 points");
    assert_change(0.0001, UNIT_PERCENT, "±0");
    assert_change(0, UNIT_BYTES, "±0");
    assert_change(-1200000, UNIT_BYTES, "-1.2_MB");
    assert_change(0.0234, UNIT_CORRELATION, "+0.023");
    assert_change(0.0001, UNIT_CORRELATION, "±0");
}

static void metrics_know_their_unit(void **state)
{
    (void) state;
    assert_int_equal(number_unit_of_metric("accuracy"), UNIT_PERCENT);
    assert_int_equal(number_unit_of_metric("f1"), UNIT_PERCENT);
    assert_int_equal(number_unit_of_metric("accuracy_mismatched"), UNIT_PERCENT);
    assert_int_equal(number_unit_of_metric("matthews"), UNIT_CORRELATION);
    assert_int_equal(number_unit_of_metric("pearson"), UNIT_CORRELATION);
}

/* JSON has none of these, but no number may break the page. */
static void what_is_no_number_ends(void **state)
{
    const double odd[] = {(double) NAN, (double) INFINITY, -(double) INFINITY, 1e308, -1e308,
                          1e-308};

    (void) state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        for (int unit = UNIT_PLAIN; unit <= UNIT_CORRELATION; unit++) {
            struct text_buffer out = {0};

            number_in(&out, odd[i], (enum number_unit) unit);
            assert_false(out.failed);
            assert_true(out.length > 0 && out.length < 64);
            assert_null(strstr(text_string(&out), "nan"));
            assert_null(strstr(text_string(&out), "inf"));
            text_clear(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_their_thousands_apart),
        cmocka_unit_test(sizes_have_two_or_three_digits),
        cmocka_unit_test(times_are_in_what_people_say),
        cmocka_unit_test(shares_are_all_or_nothing_only_where_they_are),
        cmocka_unit_test(other_numbers_have_three_digits),
        cmocka_unit_test(changes_have_a_sign),
        cmocka_unit_test(metrics_know_their_unit),
        cmocka_unit_test(what_is_no_number_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
