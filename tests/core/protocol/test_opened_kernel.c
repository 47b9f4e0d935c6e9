/* SPDX-License-Identifier: Apache-2.0 */
/* Every level's loops of openings against the formulas of lift.h and truncate_extend.c, number by number. */
#include "support/cpu_levels.h"

#include <string.h>

#include "protocol/opened_kernel.h"

enum { N = 1000 + 7 };

static uint64_t a[N], b[N], c[N], d[N], e[N], f[N], g[N], old[N];

static const unsigned widths[] = {3, 4, 17, 31, 32, 33, 48, 62, 63};
enum { WIDTHS = sizeof widths / sizeof widths[0] };

static void draw(struct test_random *random)
{
    uint64_t *const all[] = {a, b, c, d, e, f, g};

    for (size_t k = 0; k < 7; k++) {
        for (size_t i = 0; i < N; i++) {
            all[k][i] = i % 5 == 0 ? 0 - (uint64_t) (i % 2) : test_random_u64(random);
        }
    }
}

static uint64_t low(uint64_t x, unsigned bits)
{
    return x % ((uint64_t) 1 << bits);
}

static void check_mask(unsigned bits)
{
    memcpy(old, a, sizeof a);
    opened_kernel()->mask(a, c, b, bits, N);
    for (size_t i = 0; i < N; i++) {
        /* r = w 2^K - a0 - a1 over the integers */
        assert_true(a[i] == low(a[i], bits) && c[i] <= 2);
        assert_true(a[i] + low(old[i], bits) + low(b[i], bits) == c[i] << bits);
    }
    opened_kernel()->top(c, a, bits, NULL, N);
    opened_kernel()->top(d, a, bits, b, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t top = a[i] >= (uint64_t) 1 << (bits - 1) ? 1 : 0;
        assert_true(c[i] == top && d[i] == top * b[i]);
    }
}

static void check_lift(unsigned bits)
{
    memcpy(old, d, sizeof d);
    memcpy(g, c, sizeof c);
    opened_kernel()->lift(c, d, e, f, bits, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t at = low(e[i] + ((uint64_t) 1 << (bits - 2)), bits);
        const uint64_t below = at < (uint64_t) 1 << (bits - 1) ? 1 : 0;
        assert_true(c[i] == at);
        assert_true(d[i] == ((uint64_t) 1 << bits) * (g[i] - below * f[i]) - low(old[i], bits));
    }
}

static void check_square(unsigned bits, uint64_t provides)
{
    for (size_t i = 0; i < N; i++) {
        c[i] = low(c[i], bits);
    }
    memcpy(old, a, sizeof a);
    opened_kernel()->square(a, c, d, e, bits, provides, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t below = c[i] < (uint64_t) 1 << (bits - 1) ? 1 : 0;
        const uint64_t x = c[i] - ((uint64_t) 1 << (bits - 2));
        const uint64_t want =
            provides * x * x - 2 * x * d[i] + below * e[i] * ((uint64_t) 1 << bits);
        assert_true(a[i] - old[i] == want);
    }
}

static void check_product(unsigned bits, unsigned other, uint64_t provides)
{
    struct opened_product k = {{bits, other}, provides, {a[1], a[2], a[3]}};
    uint64_t *const cross[] = {e, f, g};

    for (size_t i = 0; i < N; i++) {
        c[i] = low(c[i], bits);
        d[i] = low(d[i], other);
        old[i] = a[i];
        const uint64_t x = c[i] - ((uint64_t) 1 << (bits - 2));
        const uint64_t y = d[i] - ((uint64_t) 1 << (other - 2));
        old[i] += provides * x * y - x * f[i] - y * e[i];
    }
    opened_kernel()->product(&k, a, c, e, d, f, N);
    assert_memory_equal(a, old, sizeof a);
    for (size_t i = 0; i < N; i++) {
        assert_true(c[i] <= 1 && d[i] <= 1);
        old[i] +=
            c[i] * d[i] * k.power[2] * g[i] - c[i] * k.power[0] * e[i] - d[i] * k.power[1] * f[i];
    }
    opened_kernel()->crosses(&k, a, c, d, cross, N);
    assert_memory_equal(a, old, sizeof a);
}

static void check_truncation(unsigned bits, unsigned shift, uint64_t provides)
{
    const struct opened_truncation k = {bits, shift, a[5], provides,
                                        (uint64_t) 1 << (bits - shift)};

    memcpy(old, c, sizeof c);
    memcpy(g, d, sizeof d);
    opened_kernel()->deal_truncation(&k, a, b, c, d, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t r = low(a[i] + b[i], bits);
        assert_true(c[i] == r / ((uint64_t) 1 << shift) - old[i]);
        assert_true(d[i] == r / ((uint64_t) 1 << (bits - 1)) - g[i]);
    }
    opened_kernel()->truncate(&k, g, a, b, e, f, N);
    for (size_t i = 0; i < N; i++) {
        const uint64_t at = low(a[i] + b[i], bits);
        const uint64_t below = at < (uint64_t) 1 << (bits - 1) ? 1 : 0;
        assert_true(g[i] == provides * ((at >> shift) - k.offset) - e[i] + below * f[i] * k.power);
    }
    opened_kernel()->add_offset(g, a, b, c[3], N);
    for (size_t i = 0; i < N; i++) {
        assert_true(g[i] == a[i] + b[i] + c[3]);
    }
}

static void check_all(void)
{
    struct test_random random = {17};

    for (size_t w = 0; w < WIDTHS; w++) {
        for (uint64_t provides = 0; provides < 2; provides++) {
            draw(&random);
            check_mask(widths[w]);
            draw(&random);
            check_lift(widths[w]);
            draw(&random);
            check_square(widths[w], provides);
            draw(&random);
            check_product(widths[w], widths[WIDTHS - 1 - w], provides);
            draw(&random);
            check_truncation(widths[w], (unsigned) w % widths[w], provides);
        }
    }
}

static void loops_follow_their_formulas(void **state)
{
    (void) state;
    on_every_level(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loops_follow_their_formulas)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
