/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "program/program.h"
#include "schedule/finish.h"
#include "secure/cost.h"
#include "support/programs.h"
#include "support/support.h"

/* ids -> one-hot -> masked -> linear -> reduce -> square -> extend -> reveal, 2 examples, 3
 * tokens */
struct chain {
    struct program *p;
    value_id one_hot, masked, linear, reduced, square, extended, revealed;
};

static struct chain chain(unsigned weight_fraction)
{
    struct chain c = {.p = program_create(NULL, 2, 3, false)};
    struct dims d = test_dims(1, 2, 3, 4);
    c.one_hot = test_value(c.p, VALUE_USER, test_dims(1, 2, 3, 8), 24, 0, 2, "ids");
    program_add_step(c.p, STEP_USER_ONE_HOT, c.one_hot, NULL, 0)->input = "input_ids";
    value_id w = test_provider(c.p, test_dims(1, 1, 4, 8), weight_fraction, 16, "w");
    c.masked = test_step(c.p, STEP_MASKED, c.one_hot, 0, false, VALUE_MASKED, test_dims(1, 2, 3, 8),
                         24, 0, 2, "ids");
    c.linear = test_step(c.p, STEP_LINEAR, c.masked, w, true, VALUE_SHARED, d, 24, 12, 16, "x");
    c.reduced =
        test_step(c.p, STEP_TRUNCATE_REDUCE, c.linear, 0, false, VALUE_SHARED, d, 20, 8, 12, "x");
    c.p->steps[c.p->step_count - 1].shift = 4;
    c.square = test_step(c.p, STEP_SQUARE, c.reduced, 0, false, VALUE_SHARED, d, 20, 16, 19, "y");
    c.extended =
        test_step(c.p, STEP_TRUNCATE_EXTEND, c.square, 0, false, VALUE_SHARED, d, 40, 8, 12, "y");
    c.p->steps[c.p->step_count - 1].shift = 8;
    c.revealed = test_reveal(c.p, c.extended);
    return c;
}

static void independence_rounds_and_axes_follow_the_data(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct chain c = chain(12);
    assert_ok(program_finish(c.p, err), err);
    const struct value *v = c.p->values;
    assert_false(v[c.one_hot].is_input_independent);
    assert_true(v[c.linear].is_input_independent);
    assert_true(v[c.reduced].is_input_independent);
    assert_false(v[c.square].is_input_independent);
    assert_int_equal(v[c.linear].round, 1);
    assert_int_equal(v[c.square].round, 2);
    assert_int_equal(v[c.extended].round, 3);
    assert_int_equal(c.p->round_count, 4);
    assert_int_equal(v[c.revealed].batch_axis, 1);
    assert_int_equal(v[c.revealed].token_axes, 1 << 2);
    program_destroy(c.p);
    mpcf_error_destroy(err);
}

static void cost_counts_independent_halves_offline(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct chain c = chain(12);
    struct cost *cost = NULL;
    assert_ok(program_finish(c.p, err), err);
    assert_ok(cost_run(c.p, &cost, err), err);
    /* 48 one-hot elements of 24 bits; 24 elements: halves of 20 bits, an extension of 20 + 20 bits
     * at K = 20, 40 bits revealed. Frames of 16 bytes. */
    assert_int_equal(cost->rounds, 4);
    assert_int_equal(cost->user_offline_bytes, 60 + 16);
    assert_int_equal(cost->user_bytes, 144 + 16 + 60 + 16);
    assert_int_equal(cost->provider_bytes, 60 + 16 + 60 + 16 + 120 + 16);
    assert_int_equal(cost->setup_bytes, 96 + 16);
    assert_int_equal(cost->dealer_user_bytes, 72 + 16 + 60 + 16 + 120 + 84 + 16);
    cost_destroy(cost);
    program_destroy(c.p);
    mpcf_error_destroy(err);
}

static void digest_depends_on_every_width(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct chain a = chain(12), b = chain(12), c = chain(11);
    assert_ok(program_finish(a.p, err), err);
    assert_ok(program_finish(b.p, err), err);
    assert_ok(program_finish(c.p, err), err);
    assert_string_equal(a.p->digest, b.p->digest);
    assert_string_not_equal(a.p->digest, c.p->digest);
    program_destroy(a.p);
    program_destroy(b.p);
    program_destroy(c.p);
    mpcf_error_destroy(err);
}

static void broken_ring_rule_names_step_and_node(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct chain c = chain(12);
    c.p->values[c.reduced].ring = 21;
    assert_status(MPCF_E_INTERNAL, program_finish(c.p, err), err);
    assert_message_contains(err, "truncate_reduce");
    assert_message_contains(err, "'x'");
    program_destroy(c.p);
    mpcf_error_destroy(err);
}

static void extend_without_guard_bit_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct chain c = chain(12);
    c.p->values[c.square].magnitude = 20;
    assert_status(MPCF_E_INTERNAL, program_finish(c.p, err), err);
    assert_message_contains(err, "guard bit");
    program_destroy(c.p);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independence_rounds_and_axes_follow_the_data),
        cmocka_unit_test(cost_counts_independent_halves_offline),
        cmocka_unit_test(digest_depends_on_every_width),
        cmocka_unit_test(broken_ring_rule_names_step_and_node),
        cmocka_unit_test(extend_without_guard_bit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
