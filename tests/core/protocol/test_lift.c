/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Squares and products of operands that are opened in their own width: exact at the edges of the range,
 * in real runs of three roles. MPCF_LIFTS says how many (default 2 10^6).
 */
#include <stdlib.h>

#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/shared_source.h"
#include "support/support.h"

#define ROWS    32
#define COLUMNS 2048
#define COUNT   (ROWS * COLUMNS)

/* Operands' and result's rings; y is x's neighbour, or one number a row, which may be opened in `row` bits. */
static const struct form {
    enum step_kind kind;
    bool is_input_independent, by_row;
    unsigned ring, magnitude, other, out;
    uint32_t row;
} forms[] = {
    {STEP_LIFT_SQUARE, true, false, 17, 16, 0, 47, 0},
    {STEP_LIFT_SQUARE, false, false, 19, 18, 0, 49, 0},
    {STEP_LIFT_SQUARE, false, false, 30, 19, 0, 36, 0},
    {STEP_LIFT_SQUARE, false, false, 26, 25, 0, 20, 0},
    {STEP_LIFT_SQUARE, true, false, 8, 2, 0, 50, 0},
    {STEP_LIFT_PRODUCT, true, false, 20, 19, 16, 50, 0},
    {STEP_LIFT_PRODUCT, false, false, 25, 24, 24, 49, 0},
    {STEP_LIFT_PRODUCT, false, false, 12, 3, 30, 40, 0},
    {STEP_LIFT_PRODUCT, true, true, 20, 19, 19, 46, 0},
    {STEP_LIFT_PRODUCT, false, true, 24, 23, 10, 48, 0},
    {STEP_LIFT_PRODUCT, true, true, 20, 19, 19, 46, 63},
    {STEP_LIFT_PRODUCT, false, true, 20, 19, 18, 49, 33},
    {STEP_LIFT_PRODUCT, false, true, 6, 5, 8, 50, 50},
    {STEP_LIFT_SELECT, true, false, 19, 18, 2, 36, 0},
    {STEP_LIFT_SELECT, false, false, 30, 12, 3, 50, 0},
    {STEP_LIFT_SELECT, false, false, 25, 24, 2, 20, 0},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

/* Bits that say where Y, of a few numbers, is not negative. */
static value_id bits_of(struct shared_source *s, const struct form *k, const int64_t *y)
{
    static int64_t zero;
    const value_id of = source_shared(s, y, k->other + 1, k->other, !k->is_input_independent);
    const value_id bits = test_step(s->p, STEP_COMPARE, of, 0, false, VALUE_BITS,
                                    test_dims(1, 1, 1, COUNT), 1, 0, 2, "bits");

    s->p->steps[s->p->step_count - 1].thresholds = &zero;
    s->p->steps[s->p->step_count - 1].threshold_count = 1;
    return bits;
}

/* What y is made of: numbers of its own, or the first of each row of them. */
static value_id operand(struct shared_source *s, const struct form *k, const int64_t *y)
{
    static int64_t first[COUNT];

    if (!k->by_row) {
        return source_shared(s, y, k->other + 1, k->other, !k->is_input_independent);
    }
    for (size_t i = 0; i < COUNT; i++) {
        first[i] = i % COLUMNS == 0 ? y[i] : 0;
    }
    const unsigned opened = k->row < k->out ? k->row : k->out;
    const unsigned ring = opened > k->other + 1 ? opened : k->other + 1;
    const value_id all = source_shared(s, first, ring, k->other, false);
    return test_step(s->p, STEP_ROW_SUM, all, 0, false, VALUE_SHARED, test_dims(1, 1, ROWS, 1),
                     ring, 0, k->other, "rows");
}

static void judge(const struct form *k, const int64_t *x, const int64_t *y, const double *output)
{
    for (size_t i = 0; i < COUNT; i++) {
        const int64_t other = k->kind == STEP_LIFT_SQUARE   ? x[i]
                              : k->kind == STEP_LIFT_SELECT ? y[i] >= 0
                              : k->by_row                   ? y[i - i % COLUMNS]
                                                            : y[i];
        const uint64_t wanted = (uint64_t) x[i] * (uint64_t) other;
        const uint64_t ring = (UINT64_C(1) << k->out) - 1;
        if ((((uint64_t) (int64_t) output[i] ^ wanted) & ring) != 0) {
            fail_msg("%lld by %lld in %u bits gave %.0f", (long long) x[i], (long long) other,
                     k->out, output[i]);
        }
    }
}

static void run_form(const struct form *k, uint64_t turn)
{
    static double output[COUNT];
    mpcf_error *err = mpcf_error_create();
    struct shared_source s;
    uint8_t seed[16] = {(uint8_t) turn, (uint8_t) (turn >> 8), 0x1F};
    int64_t *x = source_numbers(COUNT, k->magnitude, 2 * turn + 1);
    int64_t *y = source_numbers(COUNT, k->other == 0 ? 2 : k->other, 3 * turn + 2);

    source_init(&s, ROWS, COLUMNS);
    const value_id a = source_shared(&s, x, k->ring, k->magnitude, k->is_input_independent);
    const bool selects = k->kind == STEP_LIFT_SELECT;
    const value_id b = k->other == 0 ? 0 : selects ? bits_of(&s, k, y) : operand(&s, k, y);
    const value_id z = selects ? test_step(s.p, k->kind, b, a, true, VALUE_SHARED,
                                           s.p->values[a].dims, k->out, 0, k->out, "selected")
                               : source_step(&s, k->kind, a, b, k->other != 0, k->out, k->out);
    s.p->steps[s.p->step_count - 1].wide = k->row;
    (void) test_reveal(s.p, z);
    assert_ok(program_finish(s.p, err), err);
    struct weights *w = source_weights(&s);
    struct test_parties t = {
        .program = s.p, .weights = w, .input = &s.input, .output = output, .seed = seed};
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    judge(k, x, y, output);
    test_parties_clear(&t);
    weights_destroy(w);
    source_clear(&s);
    free(x);
    free(y);
    mpcf_error_destroy(err);
}

static void lifts_are_exact(void **state)
{
    (void) state;
    const char *wish = getenv("MPCF_LIFTS");
    const uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : UINT64_C(2000000);
    uint64_t done = 0;

    for (uint64_t turn = 0; done < wanted; turn++, done += COUNT) {
        run_form(&forms[turn % FORMS], turn);
    }
    print_message("%llu products, all exact\n", (unsigned long long) done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lifts_are_exact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
