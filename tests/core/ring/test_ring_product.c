/* SPDX-License-Identifier: Apache-2.0 */
#include "support/cpu_levels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "ring/ring_product.h"

static const unsigned widths[] = {1, 8, 16, 24, 31, 32, 33, 40, 48, 51, 52, 53, 56, 63, 64};
enum { WIDTHS = sizeof widths / sizeof widths[0] };

struct shape {
    size_t rows, depth, columns;
};

/* Edges of tiles, panels, periods, chunks and blocks, and some in the middle. */
static const struct shape shapes[] = {
    {1, 1, 1},    {1, 2, 1},    {2, 3, 5},     {3, 7, 16},   {7, 5, 17},    {8, 64, 32},
    {9, 63, 33},  {13, 1, 31},  {128, 64, 15}, {5, 767, 8},  {4, 768, 9},   {6, 769, 40},
    {17, 770, 3}, {2, 1539, 7}, {129, 12, 20}, {260, 31, 5}, {10, 100, 70}, {11, 2, 64}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static uint64_t *random_words(struct test_random *random, size_t n)
{
    uint64_t *words = mpcf_alloc_array(n, sizeof *words);

    assert_non_null(words);
    for (size_t i = 0; i < n; i++) {
        words[i] = test_random_u64(random);
    }
    return words;
}

/* One wrapping sum. */
static uint64_t dot(const uint64_t *a, const uint64_t *b, size_t depth, size_t stride)
{
    uint64_t sum = 0;

    for (size_t k = 0; k < depth; k++) {
        sum += a[k] * b[k * stride];
    }
    return sum;
}

/* Leading dimensions are a little longer than the rows: what is between must not be touched. */
static void check_packed(const struct shape *s, unsigned bits, bool transposed, bool accumulate,
                         struct test_random *random)
{
    size_t lda = s->depth + 3, ldb = (transposed ? s->depth : s->columns) + 2;
    size_t ldc = s->columns + 1, rows_of_b = transposed ? s->columns : s->depth;
    uint64_t *a = random_words(random, s->rows * lda);
    uint64_t *b = random_words(random, rows_of_b * ldb);
    uint64_t *c = random_words(random, s->rows * ldc);
    uint64_t *old = random_words(random, s->rows * ldc);
    uint64_t mask = UINT64_MAX >> (64 - bits);
    struct ring_packed *packed = ring_pack_right(b, s->depth, s->columns, ldb, transposed, bits);

    assert_non_null(packed);
    for (size_t i = 0; i < s->rows * ldc; i++) {
        c[i] = old[i];
    }
    ring_multiply_packed(a, s->rows, lda, packed, c, ldc, accumulate);
    for (size_t i = 0; i < s->rows; i++) {
        for (size_t j = 0; j < s->columns; j++) {
            const uint64_t *column = transposed ? b + j * ldb : b + j;
            uint64_t want = dot(a + i * lda, column, s->depth, transposed ? 1 : ldb) +
                            (accumulate ? old[i * ldc + j] : 0);

            if (((want ^ c[i * ldc + j]) & mask) != 0) {
                fail_msg("%s: %zu x %zu x %zu, %u bits, transposed %d, accumulate %d: (%zu, %zu)",
                         cpu_level_name(cpu_level()), s->rows, s->depth, s->columns, bits,
                         transposed, accumulate, i, j);
            }
        }
        assert_true(c[i * ldc + s->columns] == old[i * ldc + s->columns]);
    }
    ring_packed_destroy(packed);
    mpcf_free(a);
    mpcf_free(b);
    mpcf_free(c);
    mpcf_free(old);
}

static void check_all_packed(void)
{
    struct test_random random = {11};

    for (size_t i = 0; i < SHAPES; i++) {
        for (size_t w = 0; w < WIDTHS; w++) {
            check_packed(&shapes[i], widths[w], (i + w) % 2 == 0, (i + w) % 3 == 0, &random);
        }
    }
    for (size_t i = 0; i < 60; i++) {
        struct shape s = {1 + test_random_u64(&random) % 40, 1 + test_random_u64(&random) % 90,
                          1 + test_random_u64(&random) % 90};

        check_packed(&s, widths[i % WIDTHS], test_random_u64(&random) % 2 == 0,
                     test_random_u64(&random) % 2 == 0, &random);
    }
}

static void packed_products_are_the_wrapping_sums(void **state)
{
    (void) state;
    on_every_level(check_all_packed);
}

static void check_batch(size_t count, const struct shape *s, unsigned bits, bool transposed,
                        bool accumulate, struct test_random *random)
{
    size_t size_a = s->rows * s->depth, size_b = s->depth * s->columns;
    size_t size_c = s->rows * s->columns;
    uint64_t *a = random_words(random, count * size_a);
    uint64_t *b = random_words(random, count * size_b);
    uint64_t *c = random_words(random, count * size_c);
    uint64_t *old = random_words(random, count * size_c);
    uint64_t mask = UINT64_MAX >> (64 - bits);

    for (size_t i = 0; i < count * size_c; i++) {
        c[i] = old[i];
    }
    ring_multiply_batch(a, b, c, count, s->rows, s->depth, s->columns, transposed, bits,
                        accumulate);
    for (size_t i = 0; i < count * size_c; i++) {
        size_t product = i / size_c, row = i % size_c / s->columns, column = i % s->columns;
        const uint64_t *from = b + product * size_b + (transposed ? column * s->depth : column);
        uint64_t want = dot(a + product * size_a + row * s->depth, from, s->depth,
                            transposed ? 1 : s->columns) +
                        (accumulate ? old[i] : 0);

        if (((want ^ c[i]) & mask) != 0) {
            fail_msg("%s: product %zu of %zu x %zu x %zu, %u bits: (%zu, %zu)",
                     cpu_level_name(cpu_level()), product, s->rows, s->depth, s->columns, bits, row,
                     column);
        }
    }
    mpcf_free(a);
    mpcf_free(b);
    mpcf_free(c);
    mpcf_free(old);
}

static void check_batches(void)
{
    static const struct shape some[] = {
        {16, 64, 33}, {1, 5, 2}, {130, 64, 17}, {9, 800, 12}, {128, 128, 64}};
    struct test_random random = {13};

    for (size_t w = 0; w < WIDTHS; w++) {
        for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
            check_batch(1 + (i + w) % 4, &some[i], widths[w], (i + w) % 2 == 0, w % 3 == 0,
                        &random);
        }
    }
}

static void batches_are_the_wrapping_sums(void **state)
{
    (void) state;
    on_every_level(check_batches);
}

static void check_empty(void)
{
    uint64_t a = 3, c[2] = {5, 6};
    struct ring_packed *packed = ring_pack_right(&a, 0, 2, 2, false, 64);

    assert_non_null(packed);
    ring_multiply_packed(&a, 1, 0, packed, c, 2, true);
    assert_true(c[0] == 5 && c[1] == 6);
    ring_multiply_packed(&a, 0, 0, packed, c, 2, false);
    assert_true(c[0] == 5 && c[1] == 6);
    ring_multiply_packed(&a, 1, 0, packed, c, 2, false);
    assert_true(c[0] == 0 && c[1] == 0);
    ring_packed_destroy(packed);
    ring_packed_destroy(NULL);
    ring_multiply_batch(&a, &a, c, 0, 1, 1, 1, false, 64, false);
}

/* Sums of products of bytes are largest, and carry most. */
static void check_largest(void)
{
    const struct shape s = {33, 1537, 33};
    uint64_t *a = mpcf_alloc_array(s.rows * s.depth, sizeof *a);
    uint64_t *b = mpcf_alloc_array(s.depth * s.columns, sizeof *b);
    uint64_t *c = mpcf_alloc_array(s.rows * s.columns, sizeof *c);

    assert_true(a != NULL && b != NULL && c != NULL);
    memset(a, 0xff, s.rows * s.depth * sizeof *a);
    memset(b, 0xff, s.depth * s.columns * sizeof *b);
    for (size_t w = 0; w < WIDTHS; w++) {
        ring_multiply_batch(a, b, c, 1, s.rows, s.depth, s.columns, w % 2 == 0, widths[w], false);
        for (size_t i = 0; i < s.rows * s.columns; i++) {
            assert_true(((c[i] ^ s.depth) & (UINT64_MAX >> (64 - widths[w]))) == 0); /* (-1)^2 */
        }
    }
    mpcf_free(a);
    mpcf_free(b);
    mpcf_free(c);
}

static void the_largest_numbers_do_not_wrap_inside(void **state)
{
    (void) state;
    on_every_level(check_largest);
}

static void a_depth_of_zero_gives_zero(void **state)
{
    (void) state;
    on_every_level(check_empty);
}

/* A packed operand may outlive a change of level. */
static void a_packed_operand_keeps_its_path(void **state)
{
    uint64_t a[3] = {1, 2, 3}, b[3] = {4, 5, 6}, c = 0;
    struct ring_packed *packed = ring_pack_right(b, 3, 1, 1, false, 40);

    (void) state;
    assert_non_null(packed);
    cpu_force(CPU_PORTABLE);
    ring_multiply_packed(a, 1, 3, packed, &c, 1, false);
    cpu_force(cpu_level_of_machine());
    assert_int_equal(32, c & 0xffffffffff);
    ring_packed_destroy(packed);
}

static void packing_reports_missing_memory(void **state)
{
    uint64_t b[4] = {1, 2, 3, 4};

    (void) state;
    for (size_t n = 1; n <= 2; n++) {
        mpcf_test_fail_alloc(n);
        assert_null(ring_pack_right(b, 2, 2, 2, false, 64));
        mpcf_test_fail_alloc(0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_products_are_the_wrapping_sums),
        cmocka_unit_test(batches_are_the_wrapping_sums),
        cmocka_unit_test(the_largest_numbers_do_not_wrap_inside),
        cmocka_unit_test(a_depth_of_zero_gives_zero),
        cmocka_unit_test(a_packed_operand_keeps_its_path),
        cmocka_unit_test(packing_reports_missing_memory),
    };

    workers_set(3);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
