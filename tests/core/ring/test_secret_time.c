/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No branch and no address in the kernels depends on a secret: memcheck reports any that depends
 * on bytes marked as undefined. The test runs itself again under valgrind; without it, or where a
 * sanitizer has the memory, it is skipped.
 */
#include "support/cpu_levels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bits/bits.h"
#include "prg/prg.h"
#include "ring/ring.h"
#include "ring/ring_product.h"
#include "ring/ring_rows.h"
#include "support/memcheck.h"

#ifdef VALGRIND_MAKE_MEM_UNDEFINED

enum { N = 96, SIDE = 19 };

static uint64_t x[SIDE * SIDE], y[SIDE * SIDE], z[SIDE * SIDE], planes[64 * 2];

static void hide(void)
{
    memset(x, 0x35, sizeof x);
    memset(y, 0x53, sizeof y);
    (void) VALGRIND_MAKE_MEM_UNDEFINED(x, sizeof x);
    (void) VALGRIND_MAKE_MEM_UNDEFINED(y, sizeof y);
}

static void run_streams(void)
{
    struct prg_key key;
    const struct prg_stream stream = {1, 2, 3};

    hide();
    prg_key_expand(&key, (const uint8_t *) x);
    prg_fill(&key, stream, 1, z, N);
    prg_add(&key, stream, 7, z, N);
}

static void run_elementwise(void)
{
    hide();
    ring_add(z, x, y, N);
    ring_sub(z, z, y, N);
    ring_mul(z, z, y, N);
    ring_add_mul(z, x, y, N);
    ring_scale(z, z, x[0], N);
    ring_add_scaled(z, y, x[0], N);
    ring_shift_right(z, z, 40, 7, N);
}

static void run_bits(void)
{
    static uint8_t bytes[N * 8];

    hide();
    for (unsigned bits = 1; bits <= 64; bits += 7) {
        ring_pack_bits(bytes, x, N, bits);
        ring_unpack_bits(z, bytes, N, bits);
        bit_slice(planes, 2, x, N, bits);
        bit_unslice(z, planes, 2, N, bits);
    }
    bit_collect(planes, x, N);
    bit_spread(z, planes, N);
    bit_subtract(planes, x, 1234567, 2, 40, 2);
    bit_one_hot(planes, x, 2, 4, 2);
    bit_group_compare(z, z + 2, x, y, 2, 4, 2, true);
}

static void run_products(void)
{
    static const unsigned widths[] = {32, 52, 64};

    for (size_t w = 0; w < 3; w++) {
        struct ring_packed *packed = NULL;

        hide();
        packed = ring_pack_right(y, SIDE, SIDE, SIDE, w == 1, widths[w]);
        assert_non_null(packed);
        ring_multiply_packed(x, SIDE, SIDE, packed, z, SIDE, false);
        ring_multiply_batch(x, y, z, 1, SIDE, SIDE, SIDE, w == 0, widths[w], true);
        ring_packed_destroy(packed);
    }
}

static void run_rows(void)
{
    static const uint32_t place[SIDE] = {1, 0, 1};
    static uint64_t scratch[SIDE * SIDE];

    for (unsigned bits = 32; bits <= 64; bits += 32) {
        hide();
        struct ring_rows *rows = ring_rows_create(y, SIDE, SIDE, bits);
        assert_non_null(rows);
        assert_true(ring_rows_scratch(rows, 2) <= SIDE * SIDE);
        ring_rows_add(rows, x, place, 1, z, 2, scratch);
        ring_rows_destroy(rows);
    }
}

static void nothing_depends_on_secrets(void **state)
{
    (void) state;
    on_every_level(run_streams);
    on_every_level(run_elementwise);
    on_every_level(run_bits);
    on_every_level(run_products);
    on_every_level(run_rows);
    assert_int_equal(0, VALGRIND_COUNT_ERRORS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_depends_on_secrets)};

    (void) argc;
    if (!RUNNING_ON_VALGRIND) {
        return memcheck_again(argv[0], "--leak-check=summary"); /* as without it */
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return memcheck_absent();
}

#endif
