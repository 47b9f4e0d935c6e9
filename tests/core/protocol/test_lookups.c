/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in public tables of every size, of operands at the edges of their range: each entry is the table's, in
 * real runs of three roles. MPCF_LOOKUPS says how many (default 400,000).
 */
#include <stdio.h>
#include <stdlib.h>

#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/shared_source.h"
#include "support/support.h"

enum { ROWS = 32, COLUMNS = 1024, COUNT = ROWS * COLUMNS, PLANES = 9, BITS_MAX = 12, RING = 24 };

struct look_up {
    unsigned bits;
    bool is_input_independent;
    int64_t *entries; /* 2^bits of PLANES bits: the program's */
    int64_t *x;
    struct shared_source s;
};

static void open_look_up(struct look_up *l, uint64_t turn)
{
    struct test_random random = {turn + 1};
    const size_t count = (size_t) 1 << l->bits;

    l->x = source_numbers(COUNT, RING - 4, 5 * turn + 3);
    source_init(&l->s, ROWS, COLUMNS);
    l->entries = arena_alloc(l->s.p->arena, count, sizeof *l->entries);
    for (size_t i = 0; i < count; i++) {
        l->entries[i] = (int64_t) (test_random_u64(&random) % (1u << PLANES));
    }
    const value_id x = source_shared(&l->s, l->x, RING, RING - 4, l->is_input_independent);
    const value_id entry = test_step(l->s.p, STEP_TABLE_LOOKUP, x, 0, false, VALUE_BITS,
                                     test_dims(1, 1, PLANES, COUNT), 1, 0, 2, "entry");
    l->s.p->steps[l->s.p->step_count - 1].thresholds = l->entries;
    l->s.p->steps[l->s.p->step_count - 1].threshold_count = count;
    const value_id ones = test_step(l->s.p, STEP_BITS_TO_RING, entry, 0, false, VALUE_SHARED,
                                    test_dims(1, 1, PLANES, COUNT), 4, 0, 2, "ones");
    (void) test_reveal(l->s.p, ones);
}

static void judge(const struct look_up *l, const double *output)
{
    for (size_t i = 0; i < COUNT; i++) {
        const int64_t want = l->entries[l->x[i] & (((int64_t) 1 << l->bits) - 1)];
        int64_t got = 0;

        for (size_t p = 0; p < PLANES; p++) {
            got += ((int64_t) output[p * COUNT + i] & 1) << p;
        }
        if (got != want) {
            fail_msg("entry of %lld in a table of 2^%u: %lld, expected %lld", (long long) l->x[i],
                     l->bits, (long long) got, (long long) want);
        }
    }
}

static void run_one(uint64_t turn)
{
    static double output[PLANES * COUNT];
    uint8_t seed[16] = {(uint8_t) turn, (uint8_t) (turn >> 8), 0x2A};
    struct look_up l = {.bits = (unsigned) (1 + turn % BITS_MAX),
                        .is_input_independent = turn / BITS_MAX % 2 == 1};
    mpcf_error *err = mpcf_error_create();

    open_look_up(&l, turn);
    assert_ok(program_finish(l.s.p, err), err);
    struct weights *w = source_weights(&l.s);
    struct test_parties t = {
        .program = l.s.p, .weights = w, .input = &l.s.input, .output = output, .seed = seed};
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    judge(&l, output);
    test_parties_clear(&t);
    weights_destroy(w);
    source_clear(&l.s);
    free(l.x);
    mpcf_error_destroy(err);
}

static void every_entry_is_the_tables(void **state)
{
    const char *wish = getenv("MPCF_LOOKUPS");
    const uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : UINT64_C(400000);
    uint64_t done = 0;

    (void) state;
    for (uint64_t turn = 0; done < wanted; turn++, done += COUNT) {
        run_one(turn);
    }
    print_message("%llu look-ups, all exact\n", (unsigned long long) done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_entry_is_the_tables)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
