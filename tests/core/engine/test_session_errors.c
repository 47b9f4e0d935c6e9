/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong in a session ends it on all sides, at once, with the reason.
 */
#include "base/clock.h"
#include "engine/weights.h"
#include "support/shared_source.h"
#include "support/support.h"
#include "support/transports.h"

struct square_case {
    struct shared_source s;
    struct weights *weights;
    struct test_parties t;
};

static void open_square(struct square_case *c)
{
    mpcf_error *err = mpcf_error_create();
    int64_t x[64] = {5, -7};
    *c = (struct square_case){.t = {.inferences = 2}};
    source_init(&c->s, 8, 8);
    value_id a = source_shared(&c->s, x, 32, 10, false);
    value_id y = source_step(&c->s, STEP_SQUARE, a, 0, false, 32, 20);
    (void) test_reveal(c->s.p, y);
    assert_ok(program_finish(c->s.p, err), err);
    c->weights = source_weights(&c->s);
    c->t.program = c->s.p;
    c->t.weights = c->weights;
    c->t.input = &c->s.input;
    mpcf_error_destroy(err);
}

static void close_square(struct square_case *c)
{
    test_parties_clear(&c->t);
    weights_destroy(c->weights);
    source_clear(&c->s);
}

struct break_at {
    enum role own, peer;
    size_t call;
};

static const mpcf_transport *break_link(void *context, enum role own, enum role peer,
                                        const mpcf_transport *transport, void *conn, void **wrapped)
{
    const struct break_at *b = context;
    bool is_it = own == b->own && peer == b->peer;
    struct test_faults faults = {.fail_at = is_it ? b->call : 0, .status = MPCF_E_IO};
    return test_transport_faulty(transport, conn, &faults, wrapped);
}

/* Every link, every call: who meets the fault reports it, the user has no result, all end. */
static void broken_link_ends_all_roles_at_once(void **state)
{
    (void) state;
    const enum role links[4][2] = {{ROLE_PROVIDER, ROLE_USER},
                                   {ROLE_USER, ROLE_PROVIDER},
                                   {ROLE_USER, ROLE_DEALER},
                                   {ROLE_DEALER, ROLE_USER}};
    int64_t start = clock_now_ns();
    for (size_t link = 0; link < 4; ++link) {
        for (size_t call = 1; call <= 5; ++call) {
            struct square_case c;
            struct break_at b = {.own = links[link][0], .peer = links[link][1], .call = call};
            open_square(&c);
            c.t.wrap = break_link;
            c.t.wrap_context = &b;
            test_parties_run(&c.t);
            assert_status_was(MPCF_E_IO, c.t.status[b.own], c.t.errors[b.own]);
            assert_int_not_equal(c.t.status[ROLE_USER], MPCF_OK); /* others may be done */
            close_square(&c);
        }
    }
    assert_true(clock_seconds_since(start) < 10);
}

static void id_outside_the_table_is_the_users_error(void **state)
{
    (void) state;
    struct square_case c;
    open_square(&c);
    c.s.ids[3] = 8;
    test_parties_run(&c.t);
    assert_status_was(MPCF_E_INVALID, c.t.status[ROLE_USER], c.t.errors[ROLE_USER]);
    assert_message_contains(c.t.errors[ROLE_USER], "outside 0 .. 7");
    assert_status_was(MPCF_E_CLOSED, c.t.status[ROLE_PROVIDER], c.t.errors[ROLE_PROVIDER]);
    close_square(&c);
}

static void value_beyond_its_range_names_the_node(void **state)
{
    (void) state;
    struct square_case c;
    mpcf_error *err = mpcf_error_create();
    struct fixed_result result;
    open_square(&c);
    c.s.numbers[0][9] = 1024; /* a square of 2^20 in 20 bits */
    struct weights *w = source_weights(&c.s);
    assert_status(MPCF_E_RANGE, fixed_run(c.s.p, w, &c.s.input, NULL, &result, NULL, NULL, err),
                  err);
    assert_message_contains(err, "node 'x'");
    weights_destroy(w);
    close_square(&c);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_link_ends_all_roles_at_once),
        cmocka_unit_test(id_outside_the_table_is_the_users_error),
        cmocka_unit_test(value_beyond_its_range_names_the_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
