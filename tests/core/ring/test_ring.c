/* SPDX-License-Identifier: Apache-2.0 */
#include "support/cpu_levels.h"

#include <string.h>

#include "ring/ring.h"

enum { N = 67 };

struct vectors {
    uint64_t x[N], y[N], z[N], old[N];
};

static void make(struct vectors *v, uint64_t seed)
{
    struct test_random random = {seed};

    for (size_t i = 0; i < N; i++) {
        v->x[i] = test_random_u64(&random);
        v->y[i] = test_random_u64(&random);
        v->z[i] = v->old[i] = test_random_u64(&random);
    }
}

static void check_elementwise(void)
{
    struct vectors v;
    const uint64_t c = UINT64_C(0x9e3779b97f4a7c15);

    for (size_t n = 0; n < N; n++) {
        make(&v, n + 1);
        ring_add(v.z, v.x, v.y, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(v.z[i] == v.x[i] + v.y[i]);
        }
        ring_sub(v.z, v.x, v.y, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(v.z[i] == v.x[i] - v.y[i]);
        }
        ring_mul(v.z, v.x, v.y, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(v.z[i] == v.x[i] * v.y[i]);
        }
        ring_scale(v.z, v.x, c, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(v.z[i] == v.x[i] * c);
        }
        assert_true(v.z[n] == v.old[n]);
    }
}

static void check_accumulating(void)
{
    struct vectors v;
    const uint64_t c = UINT64_C(0x9e3779b97f4a7c15);

    for (size_t n = 0; n < N; n++) {
        make(&v, n + 1);
        ring_add_mul(v.z, v.x, v.y, n);
        ring_add_scaled(v.z, v.x, c, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(v.z[i] == v.old[i] + v.x[i] * v.y[i] + c * v.x[i]);
        }
        assert_true(v.z[n] == v.old[n]);
    }
}

static void check_in_place(void)
{
    struct vectors v;

    make(&v, 5);
    ring_add(v.z, v.z, v.x, N);
    ring_mul(v.z, v.y, v.z, N);
    for (size_t i = 0; i < N; i++) {
        assert_true(v.z[i] == (v.old[i] + v.x[i]) * v.y[i]);
    }
}

static void check_shift(void)
{
    struct vectors v;

    make(&v, 3);
    for (unsigned bits = 1; bits <= 64; bits++) {
        for (unsigned shift = 0; shift < 64; shift += 7) {
            ring_shift_right(v.z, v.x, bits, shift, N);
            for (size_t i = 0; i < N; i++) {
                uint64_t low = bits == 64 ? v.x[i] : v.x[i] % (UINT64_C(1) << bits);

                assert_true(v.z[i] == low >> shift);
            }
        }
    }
}

static void elementwise_operations_are_their_definitions(void **state)
{
    (void) state;
    on_every_level(check_elementwise);
    on_every_level(check_accumulating);
    on_every_level(check_in_place);
    on_every_level(check_shift);
}

static unsigned bit_of(const uint8_t *bytes, size_t i)
{
    return (unsigned) bytes[i / 8] >> (i % 8) & 1;
}

static void check_packing(void)
{
    struct vectors v;
    uint8_t bytes[N * 8 + 1];

    for (unsigned bits = 1; bits <= 64; bits++) {
        for (size_t n = 0; n < N; n++) {
            size_t size = ring_packed_size(n, bits);
            uint64_t mask = UINT64_MAX >> (64 - bits);

            assert_int_equal((n * bits + 7) / 8, size);
            make(&v, bits * 100 + n);
            memset(bytes, 0xaa, sizeof bytes);
            ring_pack_bits(bytes, v.x, n, bits);
            for (size_t i = 0; i < n * bits; i++) {
                assert_int_equal(v.x[i / bits] >> (i % bits) & 1, bit_of(bytes, i));
            }
            for (size_t i = n * bits; i < size * 8; i++) {
                assert_int_equal(0, bit_of(bytes, i)); /* what is over is zero, and the same */
            }
            assert_int_equal(0xaa, bytes[size]);
            ring_unpack_bits(v.z, bytes, n, bits);
            for (size_t i = 0; i < n; i++) {
                assert_true(v.z[i] == (v.x[i] & mask));
            }
            assert_true(v.z[n] == v.old[n]);
        }
    }
}

static void packing_is_little_endian_to_the_bit(void **state)
{
    (void) state;
    on_every_level(check_packing);
}

/* Nothing is read or written beside the exact sizes, wherever they begin. */
static void check_long_packing(void)
{
    enum { LONG = 1000 };
    struct test_random random = {17};
    static uint64_t x[LONG], back[LONG + 1];
    static uint8_t bytes[LONG * 8 + 4];

    for (unsigned bits = 1; bits <= 64; bits++) {
        for (size_t i = 0; i < LONG; i++) {
            x[i] = test_random_u64(&random);
        }
        memset(bytes, 0xaa, sizeof bytes);
        back[LONG] = 1;
        ring_pack_bits(bytes + 3, x, LONG, bits);
        assert_int_equal(0xaa, bytes[2]);
        assert_int_equal(0xaa, bytes[3 + ring_packed_size(LONG, bits)]);
        ring_unpack_bits(back, bytes + 3, LONG, bits);
        for (size_t i = 0; i < LONG; i++) {
            assert_true(back[i] == (x[i] & UINT64_MAX >> (64 - bits)));
        }
        assert_true(back[LONG] == 1);
    }
}

static void packing_stays_within_its_bytes(void **state)
{
    (void) state;
    on_every_level(check_long_packing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elementwise_operations_are_their_definitions),
        cmocka_unit_test(packing_is_little_endian_to_the_bit),
        cmocka_unit_test(packing_stays_within_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
