/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Truncations by the thousand million, at the edge of the range, in real runs of three roles:
 * not one beyond a unit. MPCF_TRUNCATIONS says how many (default 10^9); local truncation with 45
 * of 64 bits, as other systems do it, would be wrong some 2,000 times.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/shared_source.h"
#include "support/support.h"

#define ROWS    32
#define COLUMNS 32768
#define COUNT   (ROWS * COLUMNS)
#define FORMS   6

/* Ring, magnitude, shift and result's ring of each form; what the design's networks use. */
static const struct form {
    enum step_kind kind;
    bool is_input_independent;
    unsigned ring, magnitude, shift, out;
} forms[FORMS] = {
    {STEP_TRUNCATE_EXTEND, false, 46, 45, 16, 50}, {STEP_TRUNCATE_EXTEND, false, 64, 45, 12, 48},
    {STEP_TRUNCATE_EXTEND, false, 27, 26, 8, 44},  {STEP_TRUNCATE_EXTEND, true, 46, 45, 14, 50},
    {STEP_TRUNCATE_EXTEND, true, 33, 32, 12, 52},  {STEP_TRUNCATE_REDUCE, false, 47, 46, 16, 31},
};

struct run {
    struct shared_source s[FORMS];
    int64_t *x[FORMS];
    struct weights *weights[FORMS];
    double *output;
    uint64_t seed, exact, upper;
};

static void open_form(struct run *r, size_t f, mpcf_error *err)
{
    struct shared_source *s = &r->s[f];
    const struct form *k = &forms[f];
    r->x[f] = source_numbers(COUNT, k->magnitude, 77 + f);
    source_init(s, ROWS, COLUMNS);
    value_id x = source_shared(s, r->x[f], k->ring, k->magnitude, k->is_input_independent);
    unsigned magnitude = k->magnitude - k->shift + 1;
    value_id y = source_step(s, k->kind, x, 0, false, k->out, magnitude);
    s->p->steps[s->p->step_count - 1].shift = k->shift;
    (void) test_reveal(s->p, y);
    assert_ok(program_finish(s->p, err), err);
    r->weights[f] = source_weights(s);
}

static void judge(struct run *r, size_t f, size_t inferences)
{
    for (size_t i = 0; i < inferences * COUNT; i++) {
        int64_t low = r->x[f][i % COUNT] >> forms[f].shift, y = (int64_t) r->output[i];
        if (y != low && y != low + 1) {
            fail_msg("form %zu: %lld / 2^%u gave %lld", f, (long long) r->x[f][i % COUNT],
                     forms[f].shift, (long long) y);
        }
        r->upper += y != low ? 1 : 0;
    }
    r->exact += inferences * COUNT;
}

static void no_truncation_is_beyond_a_unit(void **state)
{
    (void) state;
    const char *wish = getenv("MPCF_TRUNCATIONS");
    uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : UINT64_C(1000000000);
    static struct run r;
    mpcf_error *err = mpcf_error_create();
    const size_t inferences = 4;
    int64_t start = clock_now_ns();
    r.output = calloc(inferences * COUNT, sizeof *r.output);
    for (size_t f = 0; f < FORMS; f++) {
        open_form(&r, f, err);
    }
    for (size_t turn = 0; r.exact < wanted; turn++) {
        size_t f = turn % FORMS;
        struct test_parties t = {.program = r.s[f].p, .weights = r.weights[f]};
        t.input = &r.s[f].input;
        t.inferences = inferences;
        t.output = r.output;
        t.output_count = COUNT;
        test_parties_run(&t);
        test_parties_assert_ok(&t);
        judge(&r, f, inferences);
        test_parties_clear(&t);
    }
    print_message("%llu truncations, none beyond a unit, %.1f %% rounded up, %.0f s\n",
                  (unsigned long long) r.exact, 100.0 * (double) r.upper / (double) r.exact,
                  clock_seconds_since(start));
    for (size_t f = 0; f < FORMS; f++) {
        weights_destroy(r.weights[f]);
        source_clear(&r.s[f]);
        free(r.x[f]);
    }
    free(r.output);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_truncation_is_beyond_a_unit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
