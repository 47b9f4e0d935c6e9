/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong in a session ends it on all sides, at once, with the reason, and for good.
 */
#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/digest.h"
#include "channel/pair.h"
#include "channel/role.h"
#include "program/program.h"
#include "protocol/batch_code.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "secure/reference.h"
#include "secure/session.h"
#include "secure/session_deal.h"
#include "secure/session_infer.h"
#include "secure/session_run.h"
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
    for (size_t link = 0; link < 4; link++) {
        for (size_t call = 1; call <= 5; call++) {
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
    struct reference_result result;
    open_square(&c);
    c.s.numbers[0][9] = 1024; /* a square of 2^20 in 20 bits */
    struct weights *w = source_weights(&c.s);
    assert_status(MPCF_E_RANGE, reference_run(c.s.p, w, &c.s.input, NULL, &result, NULL, NULL, err),
                  err);
    assert_message_contains(err, "node 'x'");
    weights_destroy(w);
    close_square(&c);
    mpcf_error_destroy(err);
}

/* --- A session that failed --- */

/* One role's session; the test holds the other ends of its links. */
struct lone_role {
    struct square_case c;
    struct session *session;
    struct channel *own[3], *far[3];
    struct session_run run;
    double output[64];
    mpcf_error *err;
};

static void open_role(struct lone_role *r, enum role role)
{
    const uint8_t seeds[32] = {1, 2, 3};
    struct session_options o = {.role = role, .timeout_ns = INT64_C(1000000000)};
    *r = (struct lone_role){.err = mpcf_error_create()};
    open_square(&r->c);
    for (enum role peer = ROLE_PROVIDER; peer <= ROLE_DEALER; peer++) {
        struct channel *ends[2];
        if (peer != role) {
            assert_ok(channel_pair(o.timeout_ns, ends, r->err), r->err);
            r->own[peer] = ends[0];
            r->far[peer] = ends[1];
        }
    }
    assert_ok(channel_send(r->far[ROLE_DEALER], seeds, role == ROLE_USER ? 16 : 32, r->err),
              r->err);
    assert_ok(session_create(&o, r->own, &r->session, r->err), r->err);
    r->run = (struct session_run){.program = r->c.s.p, .output = r->output};
    r->run.weights = role == ROLE_PROVIDER ? r->c.weights : NULL;
    r->run.input = role == ROLE_USER ? &r->c.s.input : NULL;
}

static void close_role(struct lone_role *r)
{
    session_destroy(r->session);
    for (int i = 0; i < 3; i++) {
        channel_close(r->own[i]);
        channel_close(r->far[i]);
    }
    mpcf_error_destroy(r->err);
    close_square(&r->c);
}

static void close_peer(struct lone_role *r, enum role peer)
{
    channel_close(r->far[peer]);
    r->far[peer] = NULL;
}

static void assert_refused(struct lone_role *r, mpcf_status status)
{
    assert_status_was(MPCF_E_INVALID, status, r->err);
    assert_message_contains(r->err, "the session failed before");
    assert_message_contains(r->err, "begin a new one");
}

static void assert_refuses_all(struct lone_role *r)
{
    char digest[FILE_DIGEST_SIZE];
    assert_refused(r, session_infer(r->session, &r->run, r->err));
    assert_refused(r, session_deal(r->session, &r->run, 1, r->err));
    assert_refused(r, session_skip_to(r->session, 9, r->err));
    assert_refused(r, session_stored_program(r->session, 0, digest, r->err));
}

/* All that a dealer sends for one inference, of zeros. */
static void send_corrections(struct lone_role *r)
{
    const struct program *p = r->c.s.p;
    for (size_t i = 0; i < p->step_count; i++) {
        static const uint8_t zeros[4096];
        struct step_cost cost;
        step_cost(p, &p->steps[i], &cost);
        assert_true(cost.correction_bits / 8 <= sizeof zeros);
        assert_ok(channel_send(r->far[ROLE_DEALER], zeros, cost.correction_bits / 8, r->err),
                  r->err);
    }
}

/* The second call would compute with weights that never came. */
static void provider_that_dies_while_weights_are_set_up_ends_the_session(void **state)
{
    (void) state;
    struct lone_role r;
    open_role(&r, ROLE_USER);
    close_peer(&r, ROLE_PROVIDER);
    send_corrections(&r);
    assert_status(MPCF_E_CLOSED, session_infer(r.session, &r.run, r.err), r.err);
    assert_refuses_all(&r);
    close_role(&r);
}

/* The second call would go on as if the user had D. */
static void user_that_dies_while_weights_are_set_up_ends_the_session(void **state)
{
    (void) state;
    struct lone_role r;
    open_role(&r, ROLE_PROVIDER);
    close_peer(&r, ROLE_USER);
    assert_status(MPCF_E_CLOSED, session_infer(r.session, &r.run, r.err), r.err);
    assert_refuses_all(&r);
    close_role(&r);
}

/* A wrong order that nothing has come of leaves the session as it was. */
static void refused_argument_does_not_end_the_session(void **state)
{
    (void) state;
    struct lone_role r;
    open_role(&r, ROLE_PROVIDER);
    assert_ok(session_skip_to(r.session, 3, r.err), r.err);
    assert_status(MPCF_E_INVALID, session_skip_to(r.session, 2, r.err), r.err);
    assert_status(MPCF_E_INVALID, session_deal(r.session, &r.run, 1, r.err), r.err);
    assert_message_contains(r.err, "a new session with a store");
    assert_ok(session_skip_to(r.session, 4, r.err), r.err);
    close_role(&r);
}

/* Ids that three buckets and the stash do not hold: nothing is sent, and the session is as it was. */
static void ids_without_a_place_are_refused_before_a_byte(void **state)
{
    enum { ROWS = 6, BUCKETS = CODE_COPIES };
    (void) state;
    struct lone_role r;
    struct shared_source s;
    open_role(&r, ROLE_USER);
    source_init(&s, ROWS, 2);
    struct step *step = program_add_step(
        s.p, STEP_USER_BUCKETS,
        test_value(s.p, VALUE_USER, test_dims(1, 1, ROWS, CODE_WIDTH), 64, 0, 2, "asked"), NULL, 0);
    step->input = "input_ids";
    step->table_rows = ROWS;
    step->buckets = BUCKETS;
    step->groups = 1;
    (void) test_step(s.p, STEP_MASKED, step->out, 0, false, VALUE_MASKED,
                     test_dims(1, 1, ROWS, CODE_WIDTH), 20, 0, 2, "masked");
    assert_ok(program_finish(s.p, r.err), r.err);
    r.run.program = s.p;
    r.run.input = &s.input;
    assert_status(MPCF_E_INVALID, session_infer(r.session, &r.run, r.err), r.err);
    assert_message_contains(r.err, "nothing of it was sent");
    assert_int_equal(channel_meter(r.own[ROLE_PROVIDER]).sent_bytes, 0);
    assert_int_equal(channel_meter(r.own[ROLE_DEALER]).sent_bytes, 0);
    assert_int_equal(session_next(r.session), 0);
    close_role(&r);
    source_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_link_ends_all_roles_at_once),
        cmocka_unit_test(id_outside_the_table_is_the_users_error),
        cmocka_unit_test(value_beyond_its_range_names_the_node),
        cmocka_unit_test(provider_that_dies_while_weights_are_set_up_ends_the_session),
        cmocka_unit_test(user_that_dies_while_weights_are_set_up_ends_the_session),
        cmocka_unit_test(refused_argument_does_not_end_the_session),
        cmocka_unit_test(ids_without_a_place_are_refused_before_a_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
