/* SPDX-License-Identifier: Apache-2.0 */
#include "roles/roles.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "channel/role.h"
#include "support/actors.h"
#include "support/support.h"
#include "support/transports.h"

static void loopback_addresses_are_known(void **state)
{
    (void) state;
    static const char *const here[] = {"127.0.0.1:1", "127.9.8.7:65535", "localhost:9",
                                       "[::1]:9001"};
    static const char *const there[] = {"10.0.0.1:1",         "0.0.0.0:9001",       ":9001",
                                        "127.0.0.1.evil:1",   "localhost.evil:1",   "[::]:1",
                                        "127.evil.example:1", "[2001:db8::1]:9001", ""};
    for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
        assert_true(roles_is_loopback(here[i]));
    }
    for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
        assert_false(roles_is_loopback(there[i]));
    }
}

static void a_plain_link_beyond_this_machine_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct roles *r = NULL;
    struct roles_options o = actor_options("tcp", ROLE_PROVIDER);
    o.listen = "0.0.0.0:0";
    assert_status(MPCF_E_CONFIG, roles_open(&o, &r, err), err);
    assert_message_contains(err, "require: []");
    o.plain_allowed = true;
    assert_ok(roles_open(&o, &r, err), err);
    roles_close(r);
    o.plain_allowed = false;
    o.unencrypted_allowed = true;
    assert_ok(roles_open(&o, &r, err), err);
    roles_close(r);
    o = actor_options("tcp", ROLE_USER);
    o.addresses[ROLE_DEALER] = "dealer.example:9001";
    assert_status(MPCF_E_CONFIG, roles_open(&o, &r, err), err);
    o = actor_options("loopback", ROLE_PROVIDER);
    o.listen = "any-name";
    assert_ok(roles_open(&o, &r, err), err);
    roles_close(r);
    mpcf_error_destroy(err);
}

/* Also on this machine, and whatever else is allowed. */
static void a_link_that_proves_nothing_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    static const char *const transports[] = {"tcp", "zmq"};
    for (size_t i = 0; i < 2; i++) {
        struct roles *r = NULL;
        struct roles_options o = actor_options(transports[i], ROLE_PROVIDER);
        o.keys = NULL;
        assert_status(MPCF_E_CONFIG, roles_open(&o, &r, err), err);
        assert_message_contains(err,
                                "does not prove who the peer is, and the provider has no keys");
        o.unencrypted_allowed = true;
        assert_status(MPCF_E_CONFIG, roles_open(&o, &r, err), err);
        o.unencrypted_allowed = false;
        o.plain_allowed = true;
        assert_ok(roles_open(&o, &r, err), err);
        roles_close(r);
    }
    struct roles *r = NULL;
    struct roles_options o = actor_options("loopback", ROLE_PROVIDER);
    o.keys = NULL;
    assert_ok(roles_open(&o, &r, err), err);
    roles_close(r);
    mpcf_error_destroy(err);
}

static void the_dealer_pairs_those_of_one_session(void **state)
{
    (void) state;
    struct actor dealer, couples[2][2];
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    actor_open(&dealer, &o, "4");
    for (size_t i = 0; i < 2; i++) {
        couple_open(couples[i], "tcp", roles_address(dealer.roles), "4");
        actor_start(&couples[i][0]);
        actor_start(&couples[i][1]);
    }
    uint8_t served[2][HANDSHAKE_SESSION];
    for (size_t i = 0; i < 2; i++) { /* one session after the other, whoever called first */
        actor_run(&dealer);
        assert_was_ok(dealer.status, dealer.err);
        assert_non_null(dealer.links.peers[ROLE_USER]);
        assert_non_null(dealer.links.peers[ROLE_PROVIDER]);
        memcpy(served[i], dealer.links.session, HANDSHAKE_SESSION);
        roles_links_close(&dealer.links);
    }
    for (size_t i = 0; i < 2; i++) {
        actor_join(&couples[i][0]);
        actor_join(&couples[i][1]);
        assert_ok(couples[i][0].status, couples[i][0].err);
        assert_ok(couples[i][1].status, couples[i][1].err);
        const uint8_t *session = couples[i][0].links.session;
        assert_memory_equal(session, couples[i][1].links.session, HANDSHAKE_SESSION);
        assert_true(memcmp(session, served[0], HANDSHAKE_SESSION) == 0 ||
                    memcmp(session, served[1], HANDSHAKE_SESSION) == 0);
        actor_close(&couples[i][0]);
        actor_close(&couples[i][1]);
    }
    assert_memory_not_equal(served[0], served[1], HANDSHAKE_SESSION);
    actor_close(&dealer);
}

/* Who was called goes on listening: the same dealer then has a session. */
static void who_disagrees_ends_and_who_was_called_does_not(void **state)
{
    (void) state;
    struct actor dealer, odd[2], couple[2];
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    actor_open(&dealer, &o, "4");
    couple_open(odd, "tcp", roles_address(dealer.roles), "8");
    couple_open(couple, "tcp", roles_address(dealer.roles), "4");
    actor_start(&dealer);
    actor_run(&odd[1]);
    assert_status_was(MPCF_E_PROTOCOL, odd[1].status, odd[1].err);
    assert_message_contains(odd[1].err,
                            "the dealer disagrees with this user: batch: 4 there, 8 here");
    actor_start(&couple[0]);
    actor_run(&couple[1]);
    actor_join(&couple[0]);
    actor_join(&dealer);
    assert_was_ok(dealer.status, dealer.err);
    assert_was_ok(couple[0].status, couple[0].err);
    assert_was_ok(couple[1].status, couple[1].err);
    couple_close(odd);
    couple_close(couple);
    actor_close(&dealer);
}

struct waiting {
    struct channel *channel;
    mpcf_status status;
    pthread_t thread;
};

static void *wait_for_byte(void *context)
{
    struct waiting *w = context;
    char byte = 0;
    w->status = channel_recv(w->channel, &byte, 1, NULL);
    return NULL;
}

/* A link's patience is the option's, on each side, not what a caller is given for its greeting. */
static void joined_links_wait_as_long_as_they_should(void **state)
{
    (void) state;
    static const enum role pairs[3][2] = {
        {ROLE_PROVIDER, ROLE_USER}, {ROLE_USER, ROLE_DEALER}, {ROLE_DEALER, ROLE_PROVIDER}};
    struct actor all[3];
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    actor_open(&all[ROLE_DEALER], &o, "4");
    couple_open(all, "tcp", roles_address(all[ROLE_DEALER].roles), "4");
    couple_joins(all, &all[ROLE_DEALER]);
    (void) usleep(100000);
    for (size_t i = 0; i < 6; i++) {
        const enum role from = pairs[i / 2][i % 2], to = pairs[i / 2][1 - i % 2];
        struct waiting w = {.channel = all[to].links.peers[from]};
        assert_int_equal(pthread_create(&w.thread, NULL, wait_for_byte, &w), 0);
        (void) usleep(1300000);
        assert_int_equal(channel_send(all[from].links.peers[to], "x", 1, NULL), MPCF_OK);
        assert_int_equal(pthread_join(w.thread, NULL), 0);
        assert_int_equal(w.status, MPCF_OK);
    }
    couple_close(all);
    actor_close(&all[ROLE_DEALER]);
}

/* The provider of these has session 5, used up to 3. */
static void answer_five(void *context, const struct handshake *theirs, struct handshake *mine)
{
    *(unsigned *) context += 1;
    mine->has_stored = theirs->has_stored && theirs->stored[0] == 5;
    memset(mine->stored, 0, sizeof(mine->stored));
    mine->stored[0] = mine->has_stored ? 5 : 0;
    mine->next_inference = mine->has_stored ? 3 : 0;
}

/* Whether both go on with session WANTED of the user's disk. */
static bool goes_on(uint8_t wanted, unsigned *met)
{
    struct actor dealer, couple[2];
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    actor_open(&dealer, &o, "4");
    couple_open(couple, "tcp", roles_address(dealer.roles), "4");
    roles_close(couple[0].roles);
    o = actor_options("tcp", ROLE_PROVIDER);
    o.addresses[ROLE_DEALER] = roles_address(dealer.roles);
    o.meet = answer_five;
    o.meet_context = met;
    assert_ok(roles_open(&o, &couple[0].roles, couple[0].err), couple[0].err);
    roles_close(couple[1].roles);
    o = actor_options("tcp", ROLE_USER);
    o.addresses[ROLE_DEALER] = roles_address(dealer.roles);
    o.addresses[ROLE_PROVIDER] = roles_address(couple[0].roles);
    assert_ok(roles_open(&o, &couple[1].roles, couple[1].err), couple[1].err);
    couple[1].mine.has_stored = true;
    couple[1].mine.stored[0] = wanted;
    couple[1].mine.next_inference = 2;
    actor_start(&dealer);
    actor_start(&couple[0]);
    actor_start(&couple[1]);
    actor_join(&dealer);
    assert_was_ok(dealer.status, dealer.err);
    for (size_t i = 0; i < 2; i++) {
        actor_join(&couple[i]);
        assert_was_ok(couple[i].status, couple[i].err);
    }
    bool does = couple[0].links.has_stored;
    assert_true(couple[1].links.has_stored == does);
    for (size_t i = 0; i < 2 && does; i++) {
        assert_int_equal(couple[i].links.stored[0], wanted);
        assert_int_equal(couple[i].links.next_inference, 3);
    }
    actor_close(&couple[0]);
    actor_close(&couple[1]);
    actor_close(&dealer);
    return does;
}

static void the_provider_looks_for_the_session_that_a_caller_names(void **state)
{
    unsigned met = 0;
    (void) state;
    assert_true(goes_on(5, &met));
    assert_false(goes_on(6, &met));
    assert_int_equal(met, 2);
}

static void nobody_there_is_a_timeout(void **state)
{
    (void) state;
    struct actor provider, user;
    struct roles_options o = actor_options("loopback", ROLE_PROVIDER);
    o.connect_ns = ACTOR_SECOND / 5;
    actor_open(&provider, &o, "4");
    actor_run(&provider);
    assert_status_was(MPCF_E_TIMEOUT, provider.status, provider.err);
    assert_message_contains(provider.err, "nobody joined the provider");
    actor_close(&provider);
    o = actor_options("loopback", ROLE_USER);
    o.connect_ns = ACTOR_SECOND / 5;
    actor_open(&user, &o, "4");
    actor_run(&user);
    assert_status_was(MPCF_E_CONFIG, user.status, user.err);
    assert_message_contains(user.err, "address of the dealer is not given");
    actor_close(&user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_addresses_are_known),
        cmocka_unit_test(a_plain_link_beyond_this_machine_is_refused),
        cmocka_unit_test(a_link_that_proves_nothing_is_refused),
        cmocka_unit_test(the_dealer_pairs_those_of_one_session),
        cmocka_unit_test(who_disagrees_ends_and_who_was_called_does_not),
        cmocka_unit_test(joined_links_wait_as_long_as_they_should),
        cmocka_unit_test(the_provider_looks_for_the_session_that_a_caller_names),
        cmocka_unit_test(nobody_there_is_a_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
