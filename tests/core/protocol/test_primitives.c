/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each step between real parties, against integer arithmetic: all equal but the rounding unit
 * of a division. Sizes are not multiples of anything.
 */
#include <stdlib.h>

#include "protocol/step_operations.h"
#include "support/shared_source.h"
#include "support/support.h"

#define ROWS    41
#define COLUMNS 33
#define COUNT   (ROWS * COLUMNS)

static int64_t floor_shift(int64_t x, unsigned shift)
{
    return shift == 0 ? x : (x >> shift);
}

/* Divisions give floor(x / 2^shift) or one more. */
static void check_division(enum step_kind kind, bool is_input_independent, unsigned in_ring,
                           unsigned magnitude, unsigned shift, unsigned out_ring)
{
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, magnitude, 7), y[COUNT], expected[COUNT];
    source_init(&s, ROWS, COLUMNS);
    value_id v = source_shared(&s, x, in_ring, magnitude, is_input_independent);
    unsigned left = magnitude > shift + 1 ? magnitude - shift + 1 : 3;
    value_id z = source_step(&s, kind, v, 0, false, out_ring, left < out_ring ? left : out_ring);
    s.p->steps[s.p->step_count - 1].shift = shift;
    source_run(&s, &z, 1, y, expected);
    for (size_t i = 0; i < COUNT; i++) {
        int64_t low = floor_shift(x[i], shift);
        assert_true(y[i] == low || y[i] == low + 1);
        assert_true(expected[i] == low || expected[i] == low + 1);
        if (shift == 0) {
            assert_int_equal(y[i], x[i]);
        }
    }
    free(x);
    source_clear(&s);
}

static void truncate_reduce_is_within_a_unit(void **state)
{
    (void) state;
    check_division(STEP_TRUNCATE_REDUCE, true, 44, 43, 12, 32);
    check_division(STEP_TRUNCATE_REDUCE, false, 30, 29, 5, 25);
    check_division(STEP_TRUNCATE_REDUCE, false, 64, 50, 16, 48);
    check_division(STEP_TRUNCATE_REDUCE, true, 20, 19, 1, 19);
}

static void extension_of_a_dependent_value_is_within_a_unit(void **state)
{
    (void) state;
    check_division(STEP_TRUNCATE_EXTEND, false, 26, 25, 8, 40);
    check_division(STEP_TRUNCATE_EXTEND, false, 26, 25, 0, 50);
    check_division(STEP_TRUNCATE_EXTEND, false, 64, 45, 12, 51);
    check_division(STEP_TRUNCATE_EXTEND, false, 20, 5, 8, 50); /* all of it shifted out */
    check_division(STEP_TRUNCATE_EXTEND, false, 40, 39, 8, 40);
}

static void extension_of_an_independent_value_is_within_a_unit(void **state)
{
    (void) state;
    check_division(STEP_TRUNCATE_EXTEND, true, 26, 25, 8, 40);
    check_division(STEP_TRUNCATE_EXTEND, true, 26, 25, 0, 50);
    check_division(STEP_TRUNCATE_EXTEND, true, 64, 45, 12, 51);
    check_division(STEP_TRUNCATE_EXTEND, true, 40, 39, 8, 36);
}

static void extension_to_a_narrow_ring_is_local(void **state)
{
    (void) state;
    check_division(STEP_TRUNCATE_EXTEND, false, 40, 39, 10, 30);
}

/* x and y, each input-independent or not, under a step of two operands. */
static void check_products(bool x_independent, bool y_independent)
{
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, 17, 1), *y = source_numbers(COUNT, 18, 2);
    int64_t out[3 * COUNT];
    source_init(&s, ROWS, COLUMNS);
    value_id a = source_shared(&s, x, 40, 17, x_independent),
             b = source_shared(&s, y, 44, 18, y_independent);
    value_id z[3];
    z[0] = source_step(&s, STEP_PRODUCT, a, b, true, 40, 34);
    z[1] = source_step(&s, STEP_SQUARE, a, 0, false, 40, 33);
    z[2] = source_step(&s, STEP_SQUARE, b, 0, false, 36, 35);
    source_run(&s, z, 3, out, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(out[i], x[i] * y[i]);
        assert_int_equal(out[COUNT + i], x[i] * x[i]);
        assert_int_equal(out[2 * COUNT + i], y[i] * y[i]);
    }
    free(x);
    free(y);
    source_clear(&s);
}

static void products_and_squares_are_exact(void **state)
{
    (void) state;
    check_products(true, true);
    check_products(false, false);
    check_products(true, false);
}

static void value_opened_twice_travels_once(void **state)
{
    (void) state;
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, 10, 3);
    source_init(&s, ROWS, COLUMNS);
    value_id a = source_shared(&s, x, 32, 10, false);
    value_id z[2] = {source_step(&s, STEP_SQUARE, a, 0, false, 32, 19),
                     source_step(&s, STEP_PRODUCT, a, a, true, 32, 19)};
    int64_t out[2 * COUNT];
    source_run(&s, z, 2, out, NULL);
    struct step_cost cost;
    step_cost(s.p, &s.p->steps[s.p->values[z[1]].producer], &cost);
    assert_int_equal(cost.provider_bits[0] + cost.user_bits[0] + cost.offline_bits, 0);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(out[i], x[i] * x[i]);
        assert_int_equal(out[COUNT + i], x[i] * x[i]);
    }
    free(x);
    source_clear(&s);
}

static void product_with_one_number_a_row(void **state)
{
    (void) state;
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, 12, 4), out[COUNT];
    source_init(&s, ROWS, COLUMNS);
    value_id a = source_shared(&s, x, 40, 12, false);
    struct dims row = test_dims(1, 1, ROWS, 1);
    value_id sum = test_step(s.p, STEP_ROW_SUM, a, 0, false, VALUE_SHARED, row, 40, 0, 18, "sum");
    value_id z = source_step(&s, STEP_PRODUCT, a, sum, true, 40, 30);
    source_run(&s, &z, 1, out, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        int64_t total = 0;
        for (size_t c = 0; c < COLUMNS; c++) {
            total += x[i / COLUMNS * COLUMNS + c];
        }
        assert_int_equal(out[i], x[i] * total);
    }
    free(x);
    source_clear(&s);
}

/* a [rows, columns] times b [rows, columns] transposed, or a times its provider's matrix. */
static void matmul_is_exact(void **state)
{
    (void) state;
    for (int form = 0; form < 4; form++) {
        struct shared_source s;
        int64_t *x = source_numbers(COUNT, 15, 5), *y = source_numbers(COUNT, 15, 6);
        int64_t *out = malloc(ROWS * ROWS * sizeof *out);
        source_init(&s, ROWS, COLUMNS);
        value_id a = source_shared(&s, x, 40, 15, (form & 1) != 0), b = 0;
        if (form < 2) {
            b = source_shared(&s, y, 40, 15, form == 1);
        } else {
            int64_t *copy = source_numbers(COUNT, 15, 6);
            b = source_provider(&s, test_dims(1, 1, ROWS, COLUMNS), copy, 15);
        }
        value_id z = test_step(s.p, STEP_MATMUL, a, b, true, VALUE_SHARED,
                               test_dims(1, 1, ROWS, ROWS), 40, 0, 35, "y");
        s.p->steps[s.p->step_count - 1].transposed = true;
        source_run(&s, &z, 1, out, NULL);
        for (size_t i = 0; i < ROWS * ROWS; i++) {
            int64_t sum = 0;
            for (size_t k = 0; k < COLUMNS; k++) {
                sum += x[i / ROWS * COLUMNS + k] * y[i % ROWS * COLUMNS + k];
            }
            assert_int_equal(out[i], sum);
        }
        free(x);
        free(y);
        free(out);
        source_clear(&s);
    }
}

static void scaled_columns_and_linear_share_a_mask(void **state)
{
    (void) state;
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, 12, 8), *v = source_numbers(COLUMNS, 14, 9);
    int64_t *w = source_numbers(COLUMNS * COLUMNS, 14, 10), out[2 * COUNT];
    source_init(&s, ROWS, COLUMNS);
    value_id a = source_shared(&s, x, 40, 12, false);
    value_id masked = test_step(s.p, STEP_MASKED, a, 0, false, VALUE_MASKED, s.p->values[a].dims,
                                40, 0, 12, "masked");
    value_id gamma = source_provider(&s, test_dims(1, 1, 1, COLUMNS), v, 14);
    value_id matrix = source_provider(&s, test_dims(1, 1, COLUMNS, COLUMNS), w, 14);
    value_id z[2] = {source_step(&s, STEP_SCALE_COLUMNS, masked, gamma, true, 40, 27),
                     source_step(&s, STEP_LINEAR, masked, matrix, true, 36, 32)};
    source_run(&s, z, 2, out, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        int64_t sum = 0;
        for (size_t k = 0; k < COLUMNS; k++) {
            sum += x[i / COLUMNS * COLUMNS + k] * w[i % COLUMNS * COLUMNS + k];
        }
        assert_int_equal(out[i], x[i] * v[i % COLUMNS]);
        assert_int_equal(out[COUNT + i], sum);
    }
    free(x);
    source_clear(&s);
}

static void check_compare(unsigned magnitude, bool is_input_independent)
{
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, magnitude, 11), out[3 * COUNT];
    int64_t limit = INT64_C(1) << (magnitude - 1);
    int64_t thresholds[3] = {-limit / 2, 1, 2 * limit};
    source_init(&s, ROWS, COLUMNS);
    value_id a = source_shared(&s, x, magnitude + 1, magnitude, is_input_independent);
    struct dims dims = test_dims(1, 1, 3, COUNT);
    value_id bits = test_step(s.p, STEP_COMPARE, a, 0, false, VALUE_BITS, dims, 1, 0, 2, "bits");
    struct step *compare = &s.p->steps[s.p->step_count - 1];
    compare->thresholds = thresholds;
    compare->threshold_count = 3;
    value_id z =
        test_step(s.p, STEP_BITS_TO_RING, bits, 0, false, VALUE_SHARED, dims, 20, 0, 2, "ones");
    source_run(&s, &z, 1, out, NULL);
    for (size_t i = 0; i < 3 * COUNT; i++) {
        assert_int_equal(out[i], x[i % COUNT] >= thresholds[i / COUNT] ? 1 : 0);
    }
    free(x);
    source_clear(&s);
}

static void comparisons_are_exact(void **state)
{
    (void) state;
    for (unsigned magnitude = 2; magnitude <= 34; magnitude += 4) {
        check_compare(magnitude, magnitude % 8 == 2);
    }
    check_compare(7, true);
    check_compare(52, false);
}

/* Entries of BITS bits of index and 7 bits each, of positive and negative indices. */
static void check_table(unsigned bits, bool is_input_independent)
{
    static int64_t entries[4096];
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, 20, 13), y[7 * COUNT], expected[7 * COUNT];
    for (size_t i = 0; i < (size_t) 1 << bits; i++) {
        entries[i] = (int64_t) ((i * 2654435761u >> 7) % 128);
    }
    source_init(&s, ROWS, COLUMNS);
    value_id v = source_shared(&s, x, 24, 20, is_input_independent);
    value_id entry = test_step(s.p, STEP_TABLE_LOOKUP, v, 0, false, VALUE_BITS,
                               test_dims(1, 1, 7, COUNT), 1, 0, 2, "entry");
    s.p->steps[s.p->step_count - 1].thresholds = entries;
    s.p->steps[s.p->step_count - 1].threshold_count = (size_t) 1 << bits;
    value_id ones = test_step(s.p, STEP_BITS_TO_RING, entry, 0, false, VALUE_SHARED,
                              test_dims(1, 1, 7, COUNT), 10, 0, 2, "ones");
    source_run(&s, &ones, 1, y, expected);
    for (size_t i = 0; i < COUNT; i++) {
        int64_t got = 0;
        for (size_t p = 0; p < 7; p++) {
            assert_int_equal(y[p * COUNT + i], expected[p * COUNT + i]);
            got += y[p * COUNT + i] << p;
        }
        assert_int_equal(got, entries[x[i] & (((int64_t) 1 << bits) - 1)]);
    }
    free(x);
    source_clear(&s);
}

static void entries_of_a_table_are_exact(void **state)
{
    (void) state;
    for (unsigned bits = 1; bits <= 12; bits++) {
        check_table(bits, bits % 2 == 0);
    }
    check_table(8, false);
}

static void select_and_user_select_keep_or_drop(void **state)
{
    (void) state;
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, 20, 12), out[2 * COUNT], zero = 0;
    source_init(&s, ROWS, COLUMNS);
    value_id a = source_shared(&s, x, 40, 20, false);
    value_id bits = test_step(s.p, STEP_COMPARE, a, 0, false, VALUE_BITS, test_dims(1, 1, 1, COUNT),
                              1, 0, 2, "bits");
    s.p->steps[s.p->step_count - 1].thresholds = &zero;
    s.p->steps[s.p->step_count - 1].threshold_count = 1;
    value_id z[2];
    z[0] = test_step(s.p, STEP_SELECT, bits, a, true, VALUE_SHARED, s.p->values[a].dims, 40, 0, 20,
                     "relu");
    /* m[r] = one_hot[r, 3]: the user keeps row 3 alone */
    z[1] = source_step(&s, STEP_USER_SELECT, a, s.one_hot, true, 40, 20);
    struct step *keep = &s.p->steps[s.p->step_count - 1];
    keep->views[1].first = 3;
    keep->views[1].stride[2] = ROWS;
    source_run(&s, z, 2, out, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(out[i], x[i] >= 0 ? x[i] : 0);
        assert_int_equal(out[COUNT + i], i / COLUMNS == 3 ? x[i] : 0);
    }
    free(x);
    source_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truncate_reduce_is_within_a_unit),
        cmocka_unit_test(extension_of_a_dependent_value_is_within_a_unit),
        cmocka_unit_test(extension_of_an_independent_value_is_within_a_unit),
        cmocka_unit_test(extension_to_a_narrow_ring_is_local),
        cmocka_unit_test(products_and_squares_are_exact),
        cmocka_unit_test(value_opened_twice_travels_once),
        cmocka_unit_test(product_with_one_number_a_row),
        cmocka_unit_test(matmul_is_exact),
        cmocka_unit_test(scaled_columns_and_linear_share_a_mask),
        cmocka_unit_test(comparisons_are_exact),
        cmocka_unit_test(entries_of_a_table_are_exact),
        cmocka_unit_test(select_and_user_select_keep_or_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
