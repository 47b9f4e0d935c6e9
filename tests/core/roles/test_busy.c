/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two users at once, one provider and dealer: the second is told that they are busy, and waits. It is
 * served when they join again, or knows the reason when its time is over.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/actors.h"
#include "support/captured_log.h"
#include "support/role_keys.h"
#include "support/support.h"

static const char *const transports[] = {"loopback", "tcp", "zmq", "tls"};
#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

static void open_second(struct actor *user, const char *transport, const struct actor *provider,
                        const struct actor *dealer, int64_t connect_ns)
{
    struct roles_options o = actor_options(transport, ROLE_USER);
    o.connect_ns = connect_ns;
    o.addresses[ROLE_PROVIDER] = roles_address(provider->roles);
    o.addresses[ROLE_DEALER] = roles_address(dealer->roles);
    actor_open(user, &o, "4");
}

/* --- the scenes --- */

static void play_two_users(const char *transport)
{
    struct roles_options o = actor_options(transport, ROLE_DEALER);
    struct actor dealer, couple[2], second;
    struct captured_log log;
    char saying[400];
    actor_open(&dealer, &o, "4");
    couple_open(couple, transport, roles_address(dealer.roles), "4");
    couple_joins(couple, &dealer);
    open_second(&second, transport, &couple[0], &dealer, 30 * ACTOR_SECOND);
    captured_log_begin(&log);
    actor_start(&second);
    (void) usleep(1200000); /* it has called again some times by now */
    for (size_t i = 0; i < 2; i++) {
        roles_links_close(&couple[i].links);
    }
    roles_links_close(&dealer.links);
    actor_start(&dealer);
    actor_start(&couple[0]);
    actor_join(&second);
    actor_join(&couple[0]);
    actor_join(&dealer);
    (void) snprintf(saying, sizeof(saying),
                    "user: the dealer at %s is busy with another session; calls again",
                    roles_address(dealer.roles));
    captured_log_end(&log);
    assert_int_equal(captured_log_count(&log, saying), 1);
    captured_log_clear(&log);
    assert_was_ok(second.status, second.err);
    assert_was_ok(couple[0].status, couple[0].err);
    assert_was_ok(dealer.status, dealer.err);
    assert_memory_equal(second.links.session, dealer.links.session, HANDSHAKE_SESSION);
    assert_true(second.seconds > 1);
    actor_close(&second);
    couple_close(couple);
    actor_close(&dealer);
}

static void the_second_user_is_served_when_the_first_is_done(void **state)
{
    (void) state;
    for (size_t i = 0; i < TRANSPORTS; i++) {
        play_two_users(transports[i]);
    }
}

static void the_second_user_knows_the_reason_in_the_end(void **state)
{
    (void) state;
    for (size_t i = 0; i < TRANSPORTS; i++) {
        struct roles_options o = actor_options(transports[i], ROLE_DEALER);
        struct actor dealer, couple[2], second;
        char saying[400];
        actor_open(&dealer, &o, "4");
        couple_open(couple, transports[i], roles_address(dealer.roles), "4");
        couple_joins(couple, &dealer);
        open_second(&second, transports[i], &couple[0], &dealer, ACTOR_SECOND);
        actor_run(&second);
        assert_status_was(MPCF_E_TIMEOUT, second.status, second.err);
        (void) snprintf(saying, sizeof(saying), "the dealer at %s is busy with another session",
                        roles_address(dealer.roles));
        assert_message_contains(second.err, saying);
        assert_message_contains(second.err, "stages.infer.connect_timeout");
        assert_true(second.seconds > 0.9 && second.seconds < 4);
        actor_close(&second);
        couple_close(couple);
        actor_close(&dealer);
    }
}

/* The dealer's part of a session is over before the provider's; it waits for the next then, and with it
 * a user that waits for the provider. The dealer ends, and another takes its place. */
static void a_user_that_waits_notices_that_its_dealer_went(void **state)
{
    (void) state;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct actor dealer, couple[2], second;
    char address[256];
    o.connect_ns = 2 * ACTOR_SECOND;
    actor_open(&dealer, &o, "4");
    (void) snprintf(address, sizeof(address), "%s", roles_address(dealer.roles));
    couple_open(couple, "tcp", address, "4");
    couple_joins(couple, &dealer);
    open_second(&second, "tcp", &couple[0], &dealer, 30 * ACTOR_SECOND);
    roles_links_close(&dealer.links);
    actor_start(&dealer);
    actor_start(&second);
    actor_join(&dealer);
    assert_status_was(MPCF_E_TIMEOUT, dealer.status, dealer.err);
    actor_close(&dealer);
    o.listen = address;
    o.connect_ns = 15 * ACTOR_SECOND;
    actor_open(&dealer, &o, "4");
    actor_start(&dealer);
    (void) usleep(700000);
    roles_links_close(&couple[0].links);
    actor_run(&couple[0]);
    actor_join(&second);
    actor_join(&dealer);
    assert_was_ok(second.status, second.err);
    assert_was_ok(couple[0].status, couple[0].err);
    assert_was_ok(dealer.status, dealer.err);
    actor_close(&second);
    couple_close(couple);
    actor_close(&dealer);
}

/* An address that nobody listens at. */
static void free_address(char address[256])
{
    struct roles_options o = actor_options("tcp", ROLE_PROVIDER);
    struct actor a;
    actor_open(&a, &o, "4");
    (void) snprintf(address, 256, "%s", roles_address(a.roles));
    actor_close(&a);
}

/* A second couple at one dealer: its user is there before the first session begins, its provider comes
 * when it has begun. The user hears nothing for longer than it is patient, but signs of life. */
static void a_user_waits_while_its_provider_waits_for_the_dealer(void **state)
{
    (void) state;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct actor dealer, couple[2], late[2];
    char address[256];
    free_address(address);
    actor_open(&dealer, &o, "4");
    couple_open(couple, "tcp", roles_address(dealer.roles), "4");
    actor_start(&dealer);
    o = actor_options("tcp", ROLE_USER);
    o.timeout_ns = ACTOR_SECOND / 2; /* three of them are its patience */
    o.addresses[ROLE_DEALER] = roles_address(dealer.roles);
    o.addresses[ROLE_PROVIDER] = address;
    actor_open(&late[1], &o, "4");
    actor_start(&late[1]);
    (void) usleep(300000);
    actor_start(&couple[0]);
    actor_run(&couple[1]);
    actor_join(&couple[0]);
    actor_join(&dealer);
    assert_was_ok(dealer.status, dealer.err);
    o.role = ROLE_PROVIDER;
    o.keys = test_role_keys(0, ROLE_PROVIDER);
    o.listen = address;
    actor_open(&late[0], &o, "4");
    actor_start(&late[0]);
    (void) usleep(4000000);
    roles_links_close(&dealer.links);
    actor_run(&dealer);
    actor_join(&late[0]);
    actor_join(&late[1]);
    assert_was_ok(late[0].status, late[0].err);
    assert_was_ok(late[1].status, late[1].err);
    assert_was_ok(dealer.status, dealer.err);
    assert_memory_equal(late[1].links.session, dealer.links.session, HANDSHAKE_SESSION);
    couple_close(late);
    couple_close(couple);
    actor_close(&dealer);
}

/* --- what is said --- */

static void say_hello(struct channel *c, uint8_t call[HELLO_BYTES], uint8_t answer[HELLO_BYTES],
                      struct hello *heard)
{
    struct hello h;
    assert_int_equal(hello_init(&h, ROLE_USER, ROLE_DEALER, true, NULL), MPCF_OK);
    hello_encode(&h, call);
    assert_int_equal(channel_send(c, call, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(channel_recv(c, answer, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(hello_decode(answer, heard, NULL), MPCF_OK);
}

/* Its hello says it, and nothing else does; who had its hello before hears it in the place of facts. */
static void busy_is_all_that_is_said(void **state)
{
    (void) state;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct test_transport t = test_transport_load("tcp");
    const struct link_keys *keys = &test_role_keys(0, ROLE_USER)->links[ROLE_DEALER];
    struct actor dealer, couple[2];
    struct channel *early = NULL, *late = NULL;
    uint8_t call[HELLO_BYTES], answer[HELLO_BYTES], proof[HELLO_MAC_BYTES], byte = 0;
    struct hello heard;
    struct handshake mine, theirs;
    actor_open(&dealer, &o, "4");
    couple_open(couple, "tcp", roles_address(dealer.roles), "4");
    actor_start(&couple[0]);
    actor_start(&dealer);
    assert_int_equal(channel_create(t.transport, stranger_call(&t, roles_address(dealer.roles)),
                                    5 * ACTOR_SECOND, &early, NULL),
                     MPCF_OK);
    say_hello(early, call, answer, &heard);
    assert_false(heard.is_busy);
    actor_run(&couple[1]);
    actor_join(&couple[0]);
    actor_join(&dealer);
    assert_was_ok(dealer.status, dealer.err);
    assert_was_ok(couple[1].status, couple[1].err);
    handshake_init(&mine, ROLE_USER);
    mine.has_session = true;
    assert_int_equal(hello_prove(call, answer, keys->mine, proof, NULL), MPCF_OK);
    assert_int_equal(channel_send(early, proof, sizeof(proof), NULL), MPCF_OK);
    assert_int_equal(handshake_exchange(early, &mine, &theirs, NULL), MPCF_OK);
    assert_int_equal(theirs.kind, REFUSAL_BUSY);
    assert_int_equal(theirs.fact_count, 0);
    assert_false(theirs.has_session);
    assert_int_equal(channel_create(t.transport, stranger_call(&t, roles_address(dealer.roles)),
                                    5 * ACTOR_SECOND, &late, NULL),
                     MPCF_OK);
    say_hello(late, call, answer, &heard);
    assert_true(heard.is_busy);
    assert_int_equal(hello_check_seal(call, answer, keys->theirs, NULL), MPCF_OK);
    assert_int_not_equal(channel_recv(late, &byte, 1, NULL), MPCF_OK);
    channel_close(early);
    channel_close(late);
    couple_close(couple);
    actor_close(&dealer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_user_is_served_when_the_first_is_done),
        cmocka_unit_test(the_second_user_knows_the_reason_in_the_end),
        cmocka_unit_test(a_user_that_waits_notices_that_its_dealer_went),
        cmocka_unit_test(a_user_waits_while_its_provider_waits_for_the_dealer),
        cmocka_unit_test(busy_is_all_that_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
