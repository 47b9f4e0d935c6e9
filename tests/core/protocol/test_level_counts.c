/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LEVEL_COUNTS in real runs of three roles: every count is exact, whatever the levels. MPCF_LEVELS says how many elements
 * (default 10^6).
 */
#include <stdlib.h>

#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/shared_source.h"
#include "support/support.h"

static const struct form {
    size_t rows, columns, levels;
    unsigned ring, out;
    bool is_input_independent;
} forms[] = {
    {256, 128, 64, 6, 9, false}, {64, 512, 32, 20, 11, true}, {999, 33, 16, 4, 7, false},
    {512, 64, 8, 3, 8, true},    {300, 100, 64, 9, 17, true}, {64, 512, 32, 5, 40, false},
};
enum { FORMS = sizeof forms / sizeof forms[0], REVEALED = 32768 };

static void judge(const struct form *k, const int64_t *x, const double *output)
{
    for (size_t row = 0; row < k->rows; row++) {
        for (size_t i = 0; i + 1 < k->levels; i++) {
            uint64_t wanted = 0;
            for (size_t j = 0; j < k->columns; j++) {
                wanted += ((uint64_t) x[row * k->columns + j] & (k->levels - 1)) > i ? 1 : 0;
            }
            const double got = output[row * (k->levels - 1) + i];
            if ((((uint64_t) (int64_t) got ^ wanted) & ((UINT64_C(1) << k->out) - 1)) != 0) {
                fail_msg("row %zu has %llu above level %zu, not %.0f", row,
                         (unsigned long long) wanted, i, got);
            }
        }
    }
}

static void run_form(const struct form *k, uint64_t turn)
{
    static double output[REVEALED];
    mpcf_error *err = mpcf_error_create();
    struct shared_source s;
    uint8_t seed[16] = {(uint8_t) turn, (uint8_t) (turn >> 8), 0x3F};
    int64_t *x = source_numbers(k->rows * k->columns, k->ring, 2 * turn + 1);

    assert_true(k->rows * (k->levels - 1) <= REVEALED);
    source_init(&s, k->rows, k->columns);
    const value_id a = source_shared(&s, x, k->ring, k->ring, k->is_input_independent);
    const value_id y = test_step(s.p, STEP_LEVEL_COUNTS, a, 0, false, VALUE_SHARED,
                                 test_dims(1, 1, k->rows, k->levels - 1), k->out, 0, k->out, "y");
    (void) test_reveal(s.p, y);
    assert_ok(program_finish(s.p, err), err);
    struct weights *w = source_weights(&s);
    struct test_parties t = {
        .program = s.p, .weights = w, .input = &s.input, .output = output, .seed = seed};
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    judge(k, x, output);
    test_parties_clear(&t);
    weights_destroy(w);
    source_clear(&s);
    free(x);
    mpcf_error_destroy(err);
}

static void counts_are_exact(void **state)
{
    (void) state;
    const char *wish = getenv("MPCF_LEVELS");
    const uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : UINT64_C(1000000);
    uint64_t done = 0;

    for (uint64_t turn = 0; done < wanted; turn++) {
        const struct form *k = &forms[turn % FORMS];
        run_form(k, turn);
        done += k->rows * k->columns;
    }
    print_message("levels of %llu elements, all counts exact\n", (unsigned long long) done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_are_exact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
