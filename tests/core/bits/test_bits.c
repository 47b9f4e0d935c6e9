/* SPDX-License-Identifier: Apache-2.0 */
#include "support/cpu_levels.h"

#include <string.h>

#include "bits/bits.h"

enum { N = 200, STRIDE = 6 };

static void check_slices(void)
{
    static const size_t counts[] = {0, 1, 8, 63, 64, 65, 128, 130, 199};
    static uint64_t x[N], back[N + 1], planes[64 * STRIDE];
    struct test_random random = {19};

    for (unsigned bits = 1; bits <= 64; bits++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            size_t n = counts[c], words = bit_plane_words(n);

            assert_int_equal((n + 63) / 64, words);
            for (size_t i = 0; i < N; i++) {
                x[i] = test_random_u64(&random);
            }
            memset(planes, 0xaa, sizeof planes);
            bit_slice(planes, STRIDE, x, n, bits);
            for (size_t j = 0; j < 64; j++) {
                for (size_t w = 0; w < STRIDE; w++) {
                    uint64_t want = j < bits && w < words ? 0 : UINT64_C(0xaaaaaaaaaaaaaaaa);

                    for (size_t e = 64 * w; j < bits && e < n && e < 64 * w + 64; e++) {
                        want |= (x[e] >> j & 1) << (e % 64);
                    }
                    assert_true(want == planes[j * STRIDE + w]);
                }
            }
            back[n] = 77;
            bit_unslice(back, planes, STRIDE, n, bits);
            for (size_t i = 0; i < n; i++) {
                assert_true(back[i] == (x[i] & UINT64_MAX >> (64 - bits)));
            }
            assert_true(back[n] == 77);
        }
    }
}

static void slicing_moves_each_bit_to_its_place_and_back(void **state)
{
    (void) state;
    on_every_level(check_slices);
}

static void check_one_plane(void)
{
    uint64_t x[N], back[N], words[4];
    struct test_random random = {23};

    for (size_t n = 1; n < N; n++) {
        for (size_t i = 0; i < n; i++) {
            x[i] = test_random_u64(&random);
        }
        memset(words, 0xaa, sizeof words);
        bit_collect(words, x, n);
        for (size_t e = 0; e < 64 * bit_plane_words(n); e++) {
            assert_true((words[e / 64] >> (e % 64) & 1) == (e < n ? x[e] & 1 : 0));
        }
        bit_spread(back, words, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(back[i] == (x[i] & 1));
        }
    }
}

static void one_plane_is_collected_and_spread(void **state)
{
    (void) state;
    on_every_level(check_one_plane);
}

enum { PLANE_STRIDE = 20, MOST_WORDS = 19 };

static uint64_t element(const uint64_t *planes, unsigned bits, size_t e)
{
    uint64_t x = 0;

    for (unsigned j = 0; j < bits; j++) {
        x |= (planes[j * PLANE_STRIDE + e / 64] >> (e % 64) & 1) << j;
    }
    return x;
}

static void random_planes(struct test_random *random, uint64_t *planes, size_t count)
{
    for (size_t i = 0; i < count * PLANE_STRIDE; i++) {
        planes[i] = test_random_u64(random);
    }
}

static void check_subtract(void)
{
    static uint64_t x[64 * PLANE_STRIDE], d[64 * PLANE_STRIDE];
    static const unsigned widths[] = {1, 4, 17, 63, 64};
    struct test_random random = {29};

    for (size_t i = 0; i < 5; i++) {
        for (size_t words = 1; words <= MOST_WORDS; words += 3) {
            uint64_t t = test_random_u64(&random), mask = UINT64_MAX >> (64 - widths[i]);

            random_planes(&random, x, 64);
            memset(d, 0xaa, sizeof d);
            bit_subtract(d, x, t, PLANE_STRIDE, widths[i], words);
            for (size_t e = 0; e < 64 * words; e++) {
                uint64_t want = (element(x, widths[i], e) - t) & mask;

                assert_true(want == element(d, widths[i], e));
            }
            assert_true(d[words] == UINT64_C(0xaaaaaaaaaaaaaaaa));
        }
    }
}

static void subtracting_a_constant_is_subtracting_it(void **state)
{
    (void) state;
    on_every_level(check_subtract);
}

/* Shares of the comparison, put together, compare. */
static void check_group(unsigned bits, size_t words, struct test_random *random)
{
    static uint64_t c[4 * PLANE_STRIDE], r[4 * PLANE_STRIDE], hot[15 * PLANE_STRIDE];
    static uint64_t share[15 * PLANE_STRIDE];
    uint64_t less[2][MOST_WORDS + 1], equal[2][MOST_WORDS + 1];

    random_planes(random, c, 4);
    random_planes(random, r, 4);
    random_planes(random, share, 15);
    bit_one_hot(hot, r, PLANE_STRIDE, bits, words);
    for (size_t e = 0; e < 64 * words; e++) {
        uint64_t x = element(r, bits, e);

        for (uint64_t j = 1; j < 1u << bits; j++) {
            assert_true((hot[(j - 1) * PLANE_STRIDE + e / 64] >> (e % 64) & 1) == (x == j));
        }
    }
    bit_group_compare(less[0], equal[0], share, c, PLANE_STRIDE, bits, words, true);
    for (size_t i = 0; i < 15 * PLANE_STRIDE; i++) {
        share[i] ^= hot[i];
    }
    less[1][words] = equal[1][words] = 5;
    bit_group_compare(less[1], equal[1], share, c, PLANE_STRIDE, bits, words, false);
    assert_true(less[1][words] == 5 && equal[1][words] == 5);
    for (size_t e = 0; e < 64 * words; e++) {
        uint64_t x = element(c, bits, e), y = element(r, bits, e);

        assert_true(((less[0][e / 64] ^ less[1][e / 64]) >> (e % 64) & 1) == (x < y));
        assert_true(((equal[0][e / 64] ^ equal[1][e / 64]) >> (e % 64) & 1) == (x == y));
    }
}

static void check_groups(void)
{
    struct test_random random = {31};

    for (unsigned bits = 1; bits <= 4; bits++) {
        for (size_t words = 1; words <= MOST_WORDS; words++) {
            check_group(bits, words, &random);
        }
    }
}

static void shares_of_a_group_compare(void **state)
{
    (void) state;
    on_every_level(check_groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slicing_moves_each_bit_to_its_place_and_back),
        cmocka_unit_test(subtracting_a_constant_is_subtracting_it),
        cmocka_unit_test(shares_of_a_group_compare),
        cmocka_unit_test(one_plane_is_collected_and_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
