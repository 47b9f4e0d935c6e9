/* SPDX-License-Identifier: Apache-2.0 */
/* Digits of integers modulo 2^k, their products, and how many of them a sum of 32 bits takes. */
#include <stdlib.h>
#include <string.h>

#include "ring/ring_product.h"
#include "ring_digits.h"
#include "ring_layout.h"
#include "support/support.h"

#define DEPTH 37

static mpcf_error *err;

static int digit(uint64_t x, unsigned i)
{
    return (int8_t) digit_byte(digits_of(x), i);
}

/* Kinds of operands that digits may stumble over. */
enum kind { ALL_ONES, TOP_BIT, ALTERNATING, OTHERWISE, LEAST_DIGITS, ZERO, RANDOM, KINDS };

static uint64_t word_of(enum kind kind, unsigned bits, size_t i, struct test_random *random)
{
    switch (kind) {
    case ALL_ONES:
        return UINT64_MAX;
    case TOP_BIT:
        return UINT64_C(1) << (bits - 1);
    case ALTERNATING:
        return i % 2 == 0 ? UINT64_C(0xAAAAAAAAAAAAAAAA) : UINT64_C(0x5555555555555555);
    case OTHERWISE:
        return i % 2 == 0 ? 1 : UINT64_MAX;
    case LEAST_DIGITS:
        return UINT64_C(0x7F7F7F7F7F7F7F80); /* each digit is -128 */
    case ZERO:
        return 0;
    default:
        return test_random_u64(random);
    }
}

/* x = sum of d_i 256^i, and the definition of a digit: from -128 to 127, and which one it is then. */
static void test_digits(void **state)
{
    struct test_random random = {1};

    (void) state;
    for (size_t round = 0; round < 10000; round++) {
        const uint64_t x = word_of((enum kind)(round % KINDS), 64, round, &random);
        uint64_t sum = 0, rest = x;

        for (unsigned i = 0; i < 8; i++) {
            const int low = (int) (rest & 0xFF) - ((rest & 0x80) != 0 ? 256 : 0);

            assert_int_equal(digit(x, i), low);
            sum += (uint64_t) (int64_t) low << (8 * i);
            rest = (rest - (uint64_t) (int64_t) low) >> 8; /* of what is left, without a sign */
        }
        assert_true(sum == x);
    }
}

/* One inner product by groups of digits, as the device computes it; sums in 64 bits, and held to 32. */
static uint64_t by_digits(const uint64_t *a, const uint64_t *b, size_t depth, unsigned bits)
{
    const unsigned n = (bits + 7) / 8;
    uint64_t out = 0;

    for (unsigned g = 0; g < n; g++) {
        int64_t sum = 0;

        for (unsigned i = 0; i <= g; i++) {
            for (size_t k = 0; k < depth; k++) {
                sum += digit(a[k], i) * digit(b[k], g - i);
            }
        }
        assert_in_range(sum + (INT64_C(1) << 31), 0, UINT32_MAX);
        out += digit_group((int32_t) sum, g);
    }
    return out;
}

static void test_products(void **state)
{
    struct test_random random = {2};
    uint64_t a[DEPTH], b[DEPTH];

    (void) state;
    for (unsigned bits = 1; bits <= 64; bits++) {
        for (unsigned pair = 0; pair < KINDS * KINDS; pair++) {
            uint64_t want = 0;

            for (size_t k = 0; k < DEPTH; k++) {
                a[k] = word_of((enum kind)(pair / KINDS), bits, k, &random);
                b[k] = word_of((enum kind)(pair % KINDS), bits, k + 1, &random);
            }
            ring_multiply_batch(a, b, &want, 1, 1, DEPTH, 1, false, bits, false);
            assert_true((want ^ by_digits(a, b, DEPTH, bits)) << (64 - bits) == 0);
        }
    }
}

/* As many of the largest products as DIGIT_TERMS_MAX says, and not one more. */
static void test_bound(void **state)
{
    (void) state;
    assert_int_equal(digit(UINT64_C(0x7F7F7F7F7F7F7F80), 0), -128);
    assert_int_equal(digit(UINT64_C(0x7F7F7F7F7F7F7F80), 7), -128);
    assert_true((int64_t) DIGIT_TERMS_MAX * 128 * 128 <= INT32_MAX);
    assert_true(((int64_t) DIGIT_TERMS_MAX + 1) * 128 * 128 > INT32_MAX);
}

static void check_layout(unsigned bits, size_t depth)
{
    const struct device_ring_product product = {3, depth, 5, 2, false, false, bits};
    struct ring_layout l;
    size_t sum = 0;

    assert_ok(ring_layout_make(&product, &l, err), err);
    assert_int_equal(l.digits, (bits + 7) / 8);
    assert_int_equal(l.rows, 16);
    assert_int_equal(l.columns, 16);
    assert_true(l.depth % RING_PADDING == 0 && l.digits * l.depth <= DIGIT_TERMS_MAX);
    for (size_t i = 0; i < l.pieces; i++) {
        assert_in_range(ring_layout_piece(&l, i), 1, l.depth);
        sum += ring_layout_piece(&l, i);
    }
    assert_int_equal(sum, depth);
    assert_true(l.left_at + l.left_bytes <= l.right_at && l.right_at + l.right_bytes <= l.sums_at &&
                l.sums_at + l.sums_bytes <= l.bytes);
}

/* Every piece of the depth fits into 32 bits, none is empty, and together they are the depth. */
static void test_layout(void **state)
{
    static const size_t depths[] = {1,     15,    16,    17,     768,    3072,  16367,
                                    16368, 16369, 16384, 131056, 131072, 400000};
    const struct device_ring_product huge = {1u << 30, 1u << 30, 1u << 30, 1, false, false, 64};
    struct ring_layout l;

    (void) state;
    for (unsigned bits = 1; bits <= 64; bits++) {
        for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
            check_layout(bits, depths[i]);
        }
    }
    assert_status(MPCF_E_SHAPE, ring_layout_make(&huge, &l, err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_layout),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
