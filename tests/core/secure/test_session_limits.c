/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session ends at its limit on all sides, before a mask beyond it is drawn; a program that would
 * draw too many is refused. (That the count of a step's masks bounds what is drawn:
 * tests/core/protocol/test_price.c, for every kind.)
 */
#include "secure/session_limits.h"

#include "base/folder.h"
#include "base/memory.h"
#include "program/program.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "secure/session.h"
#include "support/parties.h"
#include "support/shared_source.h"
#include "support/support.h"

struct square_case {
    struct shared_source s;
    struct weights *weights;
    double output[3 * 64];
    char *folders[2];
    struct test_parties t;
};

static void open_square(struct square_case *c)
{
    mpcf_error *err = mpcf_error_create();
    int64_t x[64] = {5, -7};
    *c = (struct square_case){.t = {.inferences = 3, .limit = 2}};
    source_init(&c->s, 8, 8);
    value_id a = source_shared(&c->s, x, 32, 10, false);
    (void) test_reveal(c->s.p, source_step(&c->s, STEP_SQUARE, a, 0, false, 32, 20));
    assert_ok(program_finish(c->s.p, err), err);
    c->weights = source_weights(&c->s);
    c->t.program = c->s.p;
    c->t.weights = c->weights;
    c->t.input = &c->s.input;
    c->t.output = c->output;
    c->t.output_count = 64;
    c->folders[0] = file_join(test_folder(), "provider");
    c->folders[1] = file_join(test_folder(), "user");
    mpcf_error_destroy(err);
}

static void close_square(struct square_case *c)
{
    test_parties_clear(&c->t);
    weights_destroy(c->weights);
    source_clear(&c->s);
    mpcf_free(c->folders[0]);
    mpcf_free(c->folders[1]);
}

static void assert_used_up(const struct square_case *c)
{
    for (int role = 0; role < 3; role++) {
        assert_status_was(MPCF_E_UNSUPPORTED, c->t.status[role], c->t.errors[role]);
        assert_message_contains(c->t.errors[role], "2 inference numbers are used up");
        assert_message_contains(c->t.errors[role], "begin a new one");
    }
}

static void every_role_ends_at_the_limit(void **state)
{
    (void) state;
    struct square_case c;
    open_square(&c);
    test_parties_run(&c.t);
    assert_used_up(&c);
    assert_true(c.output[0] != 0 && c.output[64] != 0);
    assert_true(c.output[2 * 64] == 0); /* the third never began */
    close_square(&c);
}

static void dealing_ahead_ends_there_too(void **state)
{
    (void) state;
    struct square_case c;
    open_square(&c);
    c.t.stores[0] = c.folders[0];
    c.t.stores[1] = c.folders[1];
    c.t.deal_ahead = 3;
    test_parties_run(&c.t);
    assert_used_up(&c);
    close_square(&c);
}

static void a_number_beyond_the_limit_is_refused(void **state)
{
    (void) state;
    struct square_case c;
    struct session *session = NULL;
    struct channel *none[3] = {NULL};
    mpcf_error *err = mpcf_error_create();
    open_square(&c);
    c.t.stores[0] = c.folders[0];
    c.t.stores[1] = c.folders[1];
    c.t.deal_ahead = c.t.inferences = 1;
    test_parties_run(&c.t);
    test_parties_assert_ok(&c.t);
    struct session_options o = {.role = ROLE_PROVIDER, .store_path = c.folders[0], .resume = true};
    o.session[0] = 7;
    assert_ok(session_create(&o, none, &session, err), err);
    assert_status(MPCF_E_INVALID, session_skip_to(session, SESSION_INFERENCES + 1, err), err);
    assert_status(MPCF_E_INVALID, session_skip_to(session, UINT32_MAX, err), err);
    assert_message_contains(err, "none beyond");
    assert_int_equal(session_next(session), 1);
    assert_ok(session_skip_to(session, SESSION_INFERENCES, err), err);
    session_destroy(session);
    close_square(&c);
    mpcf_error_destroy(err);
}

static void a_program_of_too_many_masks_is_refused(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct value values[2] = {{.dims = {.count = (size_t) 1 << 33}},
                              {.dims = {.count = (size_t) 1 << 33}}};
    value_id in[1] = {0};
    struct step step = {.in = in, .in_count = 1, .out = 1};
    struct step_cost cost = {.rounds = 1};
    struct program p = {.values = values, .value_count = 2, .steps = &step, .step_count = 1};
    (void) state;
    p.costs = &cost;
    assert_ok(session_check_program(&p, err), err); /* nothing is sent: nothing is drawn */
    cost.provider_bits[0] = 64;
    assert_ok(session_check_program(&p, err), err);
    values[0].dims.count = (size_t) 1 << 36;
    assert_status(MPCF_E_UNSUPPORTED, session_check_program(&p, err), err);
    assert_message_contains(err, "smaller batch");
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_ends_at_the_limit),
        cmocka_unit_test(dealing_ahead_ends_there_too),
        cmocka_unit_test(a_number_beyond_the_limit_is_refused),
        cmocka_unit_test(a_program_of_too_many_masks_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
