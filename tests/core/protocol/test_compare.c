/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons by the million, next to their thresholds and at the edges of the range, of every width: so of every
 * number of groups and every tree over them. MPCF_COMPARISONS says how many (default 2,400,000).
 */
#include <stdlib.h>

#include "protocol/compare_shape.h"
#include "support/shared_source.h"
#include "support/support.h"

enum { ROWS = 16, COLUMNS = 403, COUNT = ROWS * COLUMNS, THRESHOLDS = 3 };

/* Within 2 of a threshold, or what source_numbers() has. */
static void place_near(int64_t *x, const int64_t *thresholds, unsigned magnitude,
                       struct test_random *random)
{
    const int64_t end = INT64_C(1) << (magnitude - 1);

    for (size_t i = 0; i < COUNT; i++) {
        const uint64_t r = test_random_u64(random);
        const int64_t near = thresholds[r % THRESHOLDS] + (int64_t) (r >> 32) % 5 - 2;
        if (r >> 62 != 0 && near < end && near > -end) {
            x[i] = near;
        }
    }
}

/* Where all thresholds are 0 the operand's ring is as wide as its magnitude. */
static void check_width(unsigned magnitude, bool of_signs, struct test_random *random)
{
    static int64_t out[THRESHOLDS * COUNT];
    struct shared_source s;
    int64_t *x = source_numbers(COUNT, magnitude, test_random_u64(random));
    const int64_t end = INT64_C(1) << (magnitude - 1);
    int64_t thresholds[THRESHOLDS] = {-end, 0, end};

    thresholds[0] += (int64_t) (test_random_u64(random) % (uint64_t) end);
    thresholds[2] -= (int64_t) (test_random_u64(random) % (uint64_t) end);
    if (of_signs) {
        thresholds[0] = thresholds[2] = 0;
    }
    place_near(x, thresholds, magnitude, random);
    source_init(&s, ROWS, COLUMNS);
    const unsigned ring = of_signs ? magnitude : magnitude + 1;
    const value_id a = source_shared(&s, x, ring, magnitude, magnitude % 2 == 0);
    const struct dims dims = test_dims(1, 1, THRESHOLDS, COUNT);
    const value_id bits =
        test_step(s.p, STEP_COMPARE, a, 0, false, VALUE_BITS, dims, 1, 0, 2, "bits");
    s.p->steps[s.p->step_count - 1].thresholds = thresholds;
    s.p->steps[s.p->step_count - 1].threshold_count = THRESHOLDS;
    const value_id ones =
        test_step(s.p, STEP_BITS_TO_RING, bits, 0, false, VALUE_SHARED, dims, 4, 0, 2, "ones");
    source_run(&s, &ones, 1, out, NULL);
    for (size_t i = 0; i < (size_t) THRESHOLDS * COUNT; i++) {
        if (out[i] != (x[i % COUNT] >= thresholds[i / COUNT])) {
            fail_msg("%u bits: %lld >= %lld gave %lld", magnitude, (long long) x[i % COUNT],
                     (long long) thresholds[i / COUNT], (long long) out[i]);
        }
    }
    free(x);
    source_clear(&s);
}

static void comparisons_are_exact_at_every_width(void **state)
{
    const char *wish = getenv("MPCF_COMPARISONS");
    const uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : 2400000;
    struct test_random random = {3};
    uint64_t done = 0;

    (void) state;
    for (unsigned turn = 0; done < wanted; turn++, done += (uint64_t) THRESHOLDS * COUNT) {
        check_width(2 + turn / 2 % (COMPARE_MAGNITUDE_MAX - 1), turn % 2 == 1, &random);
    }
    print_message("%llu comparisons, all exact\n", (unsigned long long) done);
}

/* Rounds are those of joins of four; what is opened and dealt is what the joins say. */
static void joins_are_as_narrow_as_rounds_allow(void **state)
{
    static const struct {
        size_t groups;
        unsigned rounds;
        size_t width[2], opened[2], products[2];
    } known[] = {
        {1, 1, {0}, {0}, {0}},
        {2, 2, {2}, {2}, {1}},
        {3, 2, {3}, {4}, {5}},
        {4, 2, {4}, {6}, {15}},
        {5, 3, {3, 2}, {7, 2}, {7, 1}},
        {9, 3, {3, 3}, {14, 4}, {21, 5}},
        {16, 3, {4, 4}, {27, 6}, {81, 15}},
    };

    (void) state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct compare c = {.groups = (unsigned) known[i].groups, .rounds = known[i].rounds};
        for (unsigned round = 1; round < c.rounds; round++) {
            const struct compare_join j = compare_join(&c, round);
            assert_int_equal(j.width, known[i].width[round - 1]);
            assert_int_equal(compare_opened_before(&j, j.count), known[i].opened[round - 1]);
            assert_int_equal(compare_products_before(&j, j.count), known[i].products[round - 1]);
            assert_true(round + 1 < c.rounds || j.count == 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_are_exact_at_every_width),
        cmocka_unit_test(joins_are_as_narrow_as_rounds_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
