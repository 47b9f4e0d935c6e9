/* SPDX-License-Identifier: Apache-2.0 */
#include "roles/roles.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "channel/role.h"
#include "support/role_keys.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND INT64_C(1000000000)

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

static struct roles_options options(const char *transport, enum role role)
{
    struct test_transport t = test_transport_load(transport);
    return (struct roles_options){.role = role,
                                  .transport = t.transport,
                                  .config = t.config,
                                  .keys = test_role_keys(0, role),
                                  .connect_ns = 15 * SECOND,
                                  .timeout_ns = 10 * SECOND};
}

static void a_plain_link_beyond_this_machine_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct roles *r = NULL;
    struct roles_options o = options("tcp", ROLE_PROVIDER);
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
    o = options("tcp", ROLE_USER);
    o.addresses[ROLE_DEALER] = "dealer.example:9001";
    assert_status(MPCF_E_CONFIG, roles_open(&o, &r, err), err);
    o = options("loopback", ROLE_PROVIDER);
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
        struct roles_options o = options(transports[i], ROLE_PROVIDER);
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
    struct roles_options o = options("loopback", ROLE_PROVIDER);
    o.keys = NULL;
    assert_ok(roles_open(&o, &r, err), err);
    roles_close(r);
    mpcf_error_destroy(err);
}

/* One role on a thread of its own. */
struct actor {
    struct roles *roles;
    struct handshake mine;
    struct roles_links links;
    mpcf_status status;
    mpcf_error *err;
    pthread_t thread;
};

static void *act(void *context)
{
    struct actor *a = context;
    a->status = roles_join(a->roles, &a->mine, &a->links, a->err);
    return NULL;
}

static void actor_open(struct actor *a, const struct roles_options *o, const char *batch)
{
    *a = (struct actor){.err = mpcf_error_create()};
    handshake_init(&a->mine, o->role);
    assert_ok(handshake_add(&a->mine, a->err, "batch", "%s", batch), a->err);
    assert_ok(roles_open(o, &a->roles, a->err), a->err);
}

static void actor_start(struct actor *a)
{
    assert_int_equal(pthread_create(&a->thread, NULL, act, a), 0);
}

static void actor_join(struct actor *a)
{
    assert_int_equal(pthread_join(a->thread, NULL), 0);
}

static void actor_close(struct actor *a)
{
    roles_links_close(&a->links);
    roles_close(a->roles);
    mpcf_error_destroy(a->err);
}

/* A provider and user that call DEALER, both with BATCH. */
static void couple_open(struct actor couple[2], const char *dealer, const char *batch)
{
    struct roles_options provider = options("tcp", ROLE_PROVIDER);
    provider.addresses[ROLE_DEALER] = dealer;
    actor_open(&couple[0], &provider, batch);
    struct roles_options user = options("tcp", ROLE_USER);
    user.addresses[ROLE_DEALER] = dealer;
    user.addresses[ROLE_PROVIDER] = roles_address(couple[0].roles);
    actor_open(&couple[1], &user, batch);
}

static void the_dealer_pairs_those_of_one_session(void **state)
{
    (void) state;
    struct actor dealer, couples[2][2];
    struct roles_options o = options("tcp", ROLE_DEALER);
    actor_open(&dealer, &o, "4");
    for (size_t i = 0; i < 2; i++) {
        couple_open(couples[i], roles_address(dealer.roles), "4");
        actor_start(&couples[i][0]);
        actor_start(&couples[i][1]);
    }
    uint8_t served[2][HANDSHAKE_SESSION];
    for (size_t i = 0; i < 2; i++) { /* one session after the other, whoever called first */
        (void) act(&dealer);
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

static void strangers_are_turned_away_and_the_rest_go_on(void **state)
{
    (void) state;
    struct actor dealer, couple[2];
    struct roles_options o = options("tcp", ROLE_DEALER);
    struct test_transport t = test_transport_load("tcp");
    void *stranger = NULL;
    static const char words[9000] = "GET / HTTP/1.0\r\n\r\n";
    int64_t soon = clock_deadline(5 * SECOND);
    actor_open(&dealer, &o, "4");
    actor_start(&dealer);
    assert_int_equal(
        t.transport->connect(t.config, roles_address(dealer.roles), soon, &stranger, NULL),
        MPCF_OK);
    assert_int_equal(t.transport->send(stranger, words, sizeof(words), soon, NULL), MPCF_OK);
    couple_open(couple, roles_address(dealer.roles), "4");
    actor_start(&couple[0]);
    actor_start(&couple[1]);
    actor_join(&couple[0]);
    actor_join(&couple[1]);
    actor_join(&dealer);
    assert_was_ok(dealer.status, dealer.err);
    assert_ok(couple[0].status, couple[0].err);
    assert_ok(couple[1].status, couple[1].err);
    t.transport->close(stranger);
    actor_close(&couple[0]);
    actor_close(&couple[1]);
    actor_close(&dealer);
}

static void who_disagrees_is_told_on_both_sides(void **state)
{
    (void) state;
    struct actor dealer, couple[2];
    struct roles_options o = options("tcp", ROLE_DEALER);
    actor_open(&dealer, &o, "8");
    couple_open(couple, roles_address(dealer.roles), "4");
    actor_start(&dealer);
    actor_start(&couple[0]);
    actor_start(&couple[1]);
    actor_join(&dealer);
    assert_status_was(MPCF_E_PROTOCOL, dealer.status, dealer.err);
    assert_message_contains(dealer.err, "batch: 4 there, 8 here");
    roles_close(dealer.roles); /* as its process would end */
    dealer.roles = NULL;
    actor_join(&couple[0]);
    actor_join(&couple[1]);
    bool told = couple[0].status == MPCF_E_PROTOCOL || couple[1].status == MPCF_E_PROTOCOL;
    assert_true(told);
    actor_close(&couple[0]);
    actor_close(&couple[1]);
    actor_close(&dealer);
}

static void nobody_there_is_a_timeout(void **state)
{
    (void) state;
    struct actor provider, user;
    struct roles_options o = options("loopback", ROLE_PROVIDER);
    o.connect_ns = SECOND / 5;
    actor_open(&provider, &o, "4");
    (void) act(&provider);
    assert_status_was(MPCF_E_TIMEOUT, provider.status, provider.err);
    assert_message_contains(provider.err, "nobody joined the provider");
    actor_close(&provider);
    o = options("loopback", ROLE_USER);
    o.connect_ns = SECOND / 5;
    actor_open(&user, &o, "4");
    (void) act(&user);
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
        cmocka_unit_test(strangers_are_turned_away_and_the_rest_go_on),
        cmocka_unit_test(who_disagrees_is_told_on_both_sides),
        cmocka_unit_test(nobody_there_is_a_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
