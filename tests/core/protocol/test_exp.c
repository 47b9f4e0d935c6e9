/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EXP in real runs of three roles: at 0, at the end of its range, at the edges of buckets and anywhere, with bits and
 * without, never further from e^-x than what it says. MPCF_EXPS says how many (default 10^6).
 */
#include <math.h>
#include <stdlib.h>

#include "protocol/weights.h"
#include "schedule/finish.h"
#include "secure/reference.h"
#include "support/shared_source.h"
#include "support/support.h"

#define ROWS    32
#define COLUMNS 1024
#define COUNT   (ROWS * COLUMNS)

/* The result is truncated by SHIFT where it is revealed: doubles hold 52 bits of it. */
static const struct form {
    unsigned opened, point, buckets, factor_bits, fraction, out;
    bool is_input_independent, has_bits, by_magnitude;
} forms[] = {
    {18, 12, 8, 26, 39, 50, false, false, false}, {17, 12, 4, 26, 39, 50, false, true, false},
    {16, 12, 4, 21, 35, 46, true, false, false},  {20, 12, 16, 30, 43, 50, false, false, false},
    {22, 17, 8, 25, 43, 50, false, true, false},  {11, 5, 16, 20, 34, 40, true, true, true},
    {14, 10, 4, 20, 36, 44, false, false, true},  {9, 1, 16, 30, 36, 45, false, true, false},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

/* What the step takes: 0 .. least number that it does not. */
static uint64_t end_of(const struct form *k)
{
    const uint64_t whole = UINT64_C(1) << k->opened;
    return k->by_magnitude ? whole / 2 : whole - whole / k->buckets;
}

static int64_t some_x(const struct form *k, struct test_random *random)
{
    const uint64_t end = end_of(k), width = (UINT64_C(1) << k->opened) / k->buckets;
    const uint64_t any = test_random_u64(random) % end, edge = any / width * width;

    switch (test_random_u64(random) % 6) {
    case 0:
        return (int64_t) edge;
    case 1:
        return (int64_t) (edge + width - 1);
    case 2:
        return (int64_t) (end - 1 - any % 3);
    case 3:
        return (int64_t) (any % 3);
    default:
        return (int64_t) any;
    }
}

struct worst {
    double units; /* of 2^a */
};

/* A unit of 2^a and e^w / 2^a of the result. */
static void judge(const struct form *k, const int64_t *x, const int64_t *bit, const double *output,
                  struct worst *w)
{
    const double width = ldexp(1, (int) k->opened - (int) k->point) / k->buckets;
    for (size_t i = 0; i < COUNT; i++) {
        const double e = k->has_bits && bit[i] < 0 ? 0
                                                   : exp(ldexp((double) k->fraction, 0) * log(2) -
                                                         ldexp((double) x[i], -(int) k->point));
        const double allowed =
            ldexp(1, (int) k->factor_bits) + ldexp(e * exp(width), -(int) k->factor_bits);
        const double error = remainder(output[i] - e, ldexp(1, (int) k->out));
        if (fabs(error) > (k->has_bits && bit[i] < 0 ? 0.5 : allowed)) {
            fail_msg("e^-(%lld / 2^%u) in %u buckets is off by %.0f, of %.0f, allowed %.0f",
                     (long long) x[i], k->point, k->buckets, error, e, allowed);
        }
        w->units = fmax(w->units, fabs(error) / allowed);
    }
}

static value_id add_exp(struct shared_source *s, const struct form *k, const int64_t *x,
                        const int64_t *bit)
{
    static int64_t zero[1] = {0};
    const unsigned magnitude = k->by_magnitude ? k->opened : k->opened + 1;
    const value_id a = source_shared(s, x, k->by_magnitude ? k->opened + 3 : k->opened, magnitude,
                                     k->is_input_independent);
    value_id b = 0;
    if (k->has_bits) {
        b = test_step(s->p, STEP_COMPARE, source_shared(s, bit, 4, 3, false), 0, false, VALUE_BITS,
                      test_dims(1, 1, 1, COUNT), 1, 0, 2, "bits");
        s->p->steps[s->p->step_count - 1].thresholds = zero;
        s->p->steps[s->p->step_count - 1].threshold_count = 1;
    }
    const value_id z = source_step(s, STEP_EXP, a, b, k->has_bits, k->out, k->out);
    struct step *step = &s->p->steps[s->p->step_count - 1];
    step->point = k->point;
    step->opened = k->by_magnitude ? 0 : k->opened;
    step->buckets = k->buckets;
    step->factor_bits = k->factor_bits;
    step->constant = UINT64_C(1) << k->fraction;
    return z;
}

/* Where the bit is 0 x is anything. */
static void run_form(const struct form *k, uint64_t turn, struct worst *w)
{
    static double output[COUNT];
    static int64_t x[COUNT];
    struct test_random random = {.state = 5 * turn + 3};
    mpcf_error *err = mpcf_error_create();
    struct shared_source s;
    uint8_t seed[16] = {(uint8_t) turn, (uint8_t) (turn >> 8), 0x2F};
    int64_t *bit = source_numbers(COUNT, 3, 3 * turn + 2);

    source_init(&s, ROWS, COLUMNS);
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = k->has_bits && bit[i] < 0
                   ? (int64_t) (test_random_u64(&random) & ((UINT64_C(1) << k->opened) - 1))
                   : some_x(k, &random);
        x[i] = k->by_magnitude ? x[i] & ((INT64_C(1) << (k->opened - 1)) - 1) : x[i];
    }
    (void) test_reveal(s.p, add_exp(&s, k, x, bit));
    assert_ok(program_finish(s.p, err), err);
    struct weights *weights = source_weights(&s);
    struct test_parties t = {
        .program = s.p, .weights = weights, .input = &s.input, .output = output, .seed = seed};
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    judge(k, x, bit, output, w);
    test_parties_clear(&t);
    weights_destroy(weights);
    source_clear(&s);
    free(bit);
    mpcf_error_destroy(err);
}

static void exponentials_are_as_close_as_they_say(void **state)
{
    (void) state;
    const char *wish = getenv("MPCF_EXPS");
    const uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : UINT64_C(1000000);
    struct worst worst = {0};
    uint64_t done = 0;

    for (uint64_t turn = 0; done < wanted; turn++, done += COUNT) {
        run_form(&forms[turn % FORMS], turn, &worst);
    }
    print_message("%llu exponentials, the worst %.2f of what is allowed\n",
                  (unsigned long long) done, worst.units);
}

static mpcf_status refer(const struct form *k, int64_t number)
{
    static double output[COUNT];
    static int64_t x[COUNT];
    mpcf_error *err = mpcf_error_create();
    struct reference_result result;
    struct shared_source s;

    source_init(&s, ROWS, COLUMNS);
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = number;
    }
    (void) test_reveal(s.p, add_exp(&s, k, x, NULL));
    assert_ok(program_finish(s.p, err), err);
    struct weights *weights = source_weights(&s);
    const mpcf_status status =
        reference_run(s.p, weights, &s.input, output, &result, NULL, NULL, err);
    weights_destroy(weights);
    source_clear(&s);
    mpcf_error_destroy(err);
    return status;
}

/* The highest bucket is one that may wrap. */
static void the_reference_sees_what_the_step_does_not_take(void **state)
{
    (void) state;
    assert_int_equal(refer(&forms[0], (int64_t) end_of(&forms[0]) - 1), MPCF_OK);
    assert_int_equal(refer(&forms[0], (int64_t) end_of(&forms[0])), MPCF_E_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponentials_are_as_close_as_they_say),
        cmocka_unit_test(the_reference_sees_what_the_step_does_not_take)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
