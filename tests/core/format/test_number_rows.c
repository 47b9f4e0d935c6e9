/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of numbers as they are typed, and what is none. */
#include "format/number_rows.h"

#include <string.h>

#include "support/support.h"

static mpcf_error *err;

static mpcf_status add(struct number_rows *r, const char *text)
{
    mpcf_error_reset(err);
    return number_rows_add(r, text, strlen(text), "points:3", err);
}

static void rows_are_as_typed(void **state)
{
    static const float want[] = {-3, 0.5F, 100, 7, 1, 2};
    struct number_rows r = {0};
    size_t count = 0;

    (void) state;
    assert_ok(add(&r, "-3 0.5, 1e2"), err);
    assert_ok(add(&r, " , \t\r"), err);
    assert_ok(add(&r, "7"), err);
    assert_ok(add(&r, "1,2\r"), err);
    assert_int_equal(r.row_count, 3);
    assert_int_equal(r.value_count, 6);
    assert_memory_equal(r.values, want, sizeof want);
    assert_ptr_equal(number_rows_at(&r, 0, &count), r.values);
    assert_int_equal(count, 3);
    assert_ptr_equal(number_rows_at(&r, 2, &count), r.values + 4);
    assert_int_equal(count, 2);
    number_rows_clear(&r);
}

/* More than the first room of each, so that what was taken before is still there. */
static void many_rows_stay(void **state)
{
    struct number_rows r = {0};

    (void) state;
    for (int i = 0; i < 300; i++) {
        assert_ok(add(&r, i % 2 == 0 ? "1 2" : "3"), err);
    }
    assert_int_equal(r.row_count, 300);
    assert_int_equal(r.value_count, 450);
    assert_true(r.values[0] == 1 && r.values[1] == 2 && r.values[449] == 3);
    /* Of a row of one digit and its line's end: 2 bytes. */
    assert_true(r.value_room * sizeof *r.values <= 2 * 450 * sizeof *r.values);
    assert_true(r.row_room * sizeof *r.ends <= 2 * 300 * sizeof *r.ends);
    number_rows_clear(&r);
}

static void what_is_no_number_is_named(void **state)
{
    static const char *const bad[] = {"1 two", "nan", "-inf", "1e39", "1.5x", "--3", "1;2"};
    struct number_rows r = {0};
    char longer[100];

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(add(&r, bad[i]), MPCF_E_FORMAT);
        assert_non_null(strstr(mpcf_error_text(err), "points:3: '"));
    }
    memset(longer, '1', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(add(&r, longer), MPCF_E_FORMAT);
    assert_int_equal(r.row_count, 0);
    number_rows_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_as_typed),
        cmocka_unit_test(many_rows_stay),
        cmocka_unit_test(what_is_no_number_is_named),
    };
    int result;

    err = mpcf_error_create();
    result = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return result;
}
