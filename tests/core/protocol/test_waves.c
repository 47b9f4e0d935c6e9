/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WAVES: sines by integers against the C library's; sums within the stated error for all x at the edges of a turn, whatever
 * the mask; and what the step leaves between three parties. MPCF_WAVES says how many numbers the parties take
 * (default 200,000).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/integer.h"
#include "protocol/wave_kernel.h"
#include "protocol/waves_shape.h"
#include "support/cpu_levels.h"
#include "support/shared_source.h"
#include "support/support.h"

#define TURN (2 * 3.14159265358979323846)

enum { SOME = 1 << 12 };

/* Every quarter and eighth of a turn, their neighbours, and anything. */
static uint64_t some_angle(struct test_random *random, unsigned bits)
{
    const uint64_t r = test_random_u64(random), whole = (uint64_t) 1 << bits;
    const uint64_t eighth = (r % 9 << bits) / 8;

    switch (r >> 32 & 3) {
    case 0:
        return (eighth + (r >> 40) % 5 - 2) % whole;
    case 1:
        return (r >> 40) % 5 + (r & ~(whole - 1)); /* what is above a turn does not count */
    default:
        return r;
    }
}

static void check_sines(void)
{
    struct test_random random = {5};
    static uint64_t angle[SOME];
    static int32_t c[SOME], s[SOME];
    double worst = 0;

    for (unsigned bits = 2; bits <= WAVES_TURN_BITS; bits++) {
        const uint64_t factor = test_random_u64(&random) % 99 + 1;
        for (size_t i = 0; i < SOME; i++) {
            angle[i] = some_angle(&random, bits);
        }
        wave_kernel()->turn(c, s, angle, factor, bits, SOME);
        for (size_t i = 0; i < SOME; i++) {
            const uint64_t at = angle[i] * factor & (((uint64_t) 1 << bits) - 1);
            const double turn = ldexp((double) at, -(int) bits);
            worst = fmax(worst, fabs(ldexp(c[i], -WAVE_ONE) - cos(TURN * turn)));
            worst = fmax(worst, fabs(ldexp(s[i], -WAVE_ONE) - sin(TURN * turn)));
        }
    }
    assert_true(worst < ldexp(1, -27));
}

static void sines_are_those_of_the_library(void **state)
{
    (void) state;
    on_every_level(check_sines);
}

static uint64_t level_sum;

/* What a level computes, in one number. */
static void sum_up(void)
{
    struct test_random random = {6};
    static uint64_t angle[SOME], shares[2][SOME], out[SOME];
    static int32_t c[SOME], s[SOME], by_c[SOME], by_s[SOME];
    const struct wave_term t = {(1 << 24) - 1, -12345, 9};
    const struct wave_kernel *kernel = wave_kernel();
    uint64_t sum = 0;

    for (size_t i = 0; i < SOME; i++) {
        angle[i] = some_angle(&random, 19);
        shares[0][i] = test_random_u64(&random);
        shares[1][i] = test_random_u64(&random);
        out[i] = i;
    }
    kernel->turn(c, s, angle, 7, 19, SOME);
    kernel->turn(by_c, by_s, angle, 14, 19, SOME);
    for (unsigned j = 0; j < WAVES_MAX; j++) {
        kernel->add(out, &t, c, s, shares[0], shares[1], SOME);
        kernel->rotate(c, s, by_c, by_s, SOME);
        kernel->round(angle, s, 1 + 3 * j % 23, SOME);
        for (size_t i = 0; i < SOME; i++) {
            sum = (sum + out[i] + angle[i]) * 6364136223846793005u;
        }
    }
    assert_true(level_sum == 0 || level_sum == sum);
    level_sum = sum;
}

static void levels_agree_to_the_bit(void **state)
{
    (void) state;
    level_sum = 0;
    on_every_level(sum_up);
}

/* --- Between three parties --- */

enum { ROWS = 50, COLUMNS = 200, COUNT = ROWS * COLUMNS, WAVES = 5 };

static const struct {
    unsigned turn, ring;
    size_t count;
    int64_t numbers[2 + 2 * WAVES_MAX];
} tried[WAVES] = {
    {19, 48, 6, {7, 14, -63897, 0, -8159, 0, -2186, 0, -460, 0, -65, 0, -7, 0}},
    {19, 32, 6, {7, 14, -63897, 0, -8159, 0, -2186, 0, -460, 0, -65, 0, -7, 0}},
    {10, 40, 3, {-3, 5, 1000, -77777, 12, 0, 0, 3}},
    {20, 48, 16, {5,  10, 0,  41000, 0,  9000, 0, 3000, 0, 1200, 0, 500, 0, 200, 0,  90, 0,
                  40, 0,  20, 0,     10, 0,    5, 0,    3, 0,    2, 0,   1, 0,   -1, 0,  1}},
    {32, 46, 7, {1, 1, 1 << 20, 9, 9, 9, 9, 9, -9, 9, 9, -9, 99, 9, 9999, 9}},
};

static double wanted(size_t w, int64_t x)
{
    double sum = 0;

    for (size_t j = 0; j < tried[w].count; j++) {
        const double h = (double) (tried[w].numbers[0] + (int64_t) j * tried[w].numbers[1]);
        const double angle = TURN * fmod(h * (double) x, ldexp(1, (int) tried[w].turn));
        sum += (double) tried[w].numbers[2 + 2 * j] * cos(ldexp(angle, -(int) tried[w].turn));
        sum += (double) tried[w].numbers[3 + 2 * j] * sin(ldexp(angle, -(int) tried[w].turn));
    }
    return sum;
}

static void judge(const struct shared_source *s, const value_id *y, const int64_t *x,
                  const int64_t *out, double *worst)
{
    for (size_t w = 0; w < WAVES; w++) {
        const struct step *step = &s->p->steps[s->p->values[y[w]].producer];
        const struct waves_shape shape = waves_shape(step);
        const unsigned ring = tried[w].ring;
        for (size_t i = 0; i < COUNT; i++) {
            const double want = ldexp(wanted(w, x[i]), (int) shape.places) + 77;
            const double got = (double) (int64_t) out[w * COUNT + i];
            const double off = fabs(remainder(got - want, ldexp(1, (int) ring)));
            if (off > waves_units(s->p, step)) {
                fail_msg("%zu: x %lld: %.0f, expected %.1f", w, (long long) x[i], got, want);
            }
            *worst = fmax(*worst, ldexp(off, -(int) shape.places));
        }
    }
}

static void run_once(struct test_random *random, double *worst)
{
    static int64_t x[COUNT], out[WAVES * COUNT], expected[WAVES * COUNT];
    struct shared_source s;
    value_id y[WAVES];

    for (size_t i = 0; i < COUNT; i++) {
        x[i] = (int64_t) ring_sign_extend(some_angle(random, 19 + (unsigned) (i % 3)), 33);
    }
    source_init(&s, ROWS, COLUMNS);
    for (size_t w = 0; w < WAVES; w++) {
        const value_id v = source_shared(&s, x, 40, 34, w % 2 == 0);
        y[w] = source_step(&s, STEP_WAVES, v, 0, false, tried[w].ring, tried[w].ring);
        struct step *step = &s.p->steps[s.p->step_count - 1];
        step->turn = tried[w].turn;
        step->constant = 77;
        step->threshold_count = 2 + 2 * tried[w].count;
        step->thresholds = arena_alloc(s.p->arena, step->threshold_count, sizeof(int64_t));
        memcpy(step->thresholds, tried[w].numbers, step->threshold_count * sizeof(int64_t));
    }
    source_run(&s, y, WAVES, out, expected);
    judge(&s, y, x, out, worst);
    source_clear(&s);
}

static void sums_are_within_the_stated_error(void **state)
{
    const char *wish = getenv("MPCF_WAVES");
    const size_t count = wish != NULL ? strtoull(wish, NULL, 10) : 200000;
    struct test_random random = {8};
    double worst = 0;

    (void) state;
    for (size_t done = 0; done < count; done += WAVES * (size_t) COUNT) {
        run_once(&random, &worst);
    }
    print_message("%zu sums of waves: within %.2f units of their coefficients\n", count, worst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sines_are_those_of_the_library),
        cmocka_unit_test(levels_agree_to_the_bit),
        cmocka_unit_test(sums_are_within_the_stated_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
