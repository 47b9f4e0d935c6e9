/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are added where they belong, against single wrapping sums, on every processor level. */
#include "ring/ring_rows.h"

#include <string.h>

#include "base/memory.h"
#include "support/cpu_levels.h"

enum { ROWS = 37, WIDTH = 3, RESULTS = 5 };

static void check_shape(unsigned bits, size_t columns)
{
    struct test_random random = {bits * 1000 + columns};
    const size_t count = ROWS * columns, results = RESULTS * columns;
    uint64_t *b = mpcf_alloc_array(count, sizeof *b), *c = mpcf_alloc_array(results, sizeof *c);
    uint64_t *want = mpcf_alloc_array(results, sizeof *want), a[ROWS * WIDTH];
    uint32_t place[ROWS * WIDTH];
    for (size_t i = 0; i < count; i++) {
        b[i] = test_random_u64(&random);
    }
    for (size_t i = 0; i < results; i++) {
        c[i] = want[i] = test_random_u64(&random);
    }
    for (size_t i = 0; i < ROWS * (size_t) WIDTH; i++) {
        a[i] = test_random_u64(&random);
        place[i] = (uint32_t) (test_random_u64(&random) % RESULTS);
        for (size_t j = 0; j < columns; j++) {
            want[place[i] * columns + j] += a[i] * b[i / WIDTH * columns + j];
        }
    }
    struct ring_rows *rows = ring_rows_create(b, ROWS, columns, bits);
    assert_non_null(rows);
    assert_true(ring_rows_bytes(rows) >= count * (bits <= 32 ? 4 : 8));
    uint64_t *scratch = mpcf_alloc_array(ring_rows_scratch(rows, RESULTS), sizeof *scratch);
    assert_non_null(scratch);
    ring_rows_add(rows, a, place, WIDTH, c, RESULTS, scratch);
    mpcf_free(scratch);
    for (size_t i = 0; i < results; i++) {
        assert_true((c[i] ^ want[i]) << (64 - bits) == 0);
    }
    ring_rows_destroy(rows);
    mpcf_free(b);
    mpcf_free(c);
    mpcf_free(want);
}

static void check_all(void)
{
    static const unsigned widths[] = {1, 20, 31, 32, 33, 52, 64};
    static const size_t columns[] = {1, 7, 16, 17, 48, 300};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        for (size_t j = 0; j < sizeof columns / sizeof columns[0]; j++) {
            check_shape(widths[i], columns[j]);
        }
    }
}

static void each_row_is_added_at_its_places(void **state)
{
    (void) state;
    on_every_level(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row_is_added_at_its_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
