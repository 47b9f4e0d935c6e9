/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "support/support.h"

static void distance_counts_edits_and_swaps(void **state)
{
    (void) state;
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("quda", "quad"), 1);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("same", "same"), 0);
}

static void nearest_is_null_where_nothing_is_near(void **state)
{
    const char *const words[] = {"activation", "normaliser", "tanh"};

    (void) state;
    assert_string_equal(text_nearest("normalizer", words, 3), "normaliser");
    assert_string_equal(text_nearest("actvation", words, 3), "activation");
    assert_null(text_nearest("xyz", words, 3));
}

static void utf8_check_stops_at_the_first_wrong_byte(void **state)
{
    (void) state;
    assert_int_equal(text_utf8_valid("caf\xc3\xa9", 5), 5);
    assert_int_equal(text_utf8_valid("ab\xff"
                                     "cd",
                                     5),
                     2);
    assert_int_equal(text_utf8_valid("\xed\xa0\x80", 3), 0); /* a surrogate */
    assert_int_equal(text_utf8_valid("\xc0\xaf", 2), 0);     /* overlong */
}

static void buffer_grows_and_formats(void **state)
{
    struct text_buffer buffer = {0};

    (void) state;
    for (int i = 0; i < 1000; i++) {
        text_printf(&buffer, "%03d", i % 1000);
    }
    assert_int_equal(buffer.length, 3000);
    assert_memory_equal(buffer.data + 2997, "999", 4);
    text_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_edits_and_swaps),
        cmocka_unit_test(nearest_is_null_where_nothing_is_near),
        cmocka_unit_test(utf8_check_stops_at_the_first_wrong_byte),
        cmocka_unit_test(buffer_grows_and_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
