/* SPDX-License-Identifier: Apache-2.0 */
#include "levels.h"

#include <string.h>

#include "compute/bits.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slicing_moves_each_bit_to_its_place_and_back),
        cmocka_unit_test(one_plane_is_collected_and_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
