/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles over links that prove them: who plays another role than it has proved, and who stands between
 * two that are honest, is noticed.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate_folder.h"
#include "channel/link_party.h"
#include "curve_config.h"
#include "support/actors.h"
#include "support/role_keys.h"
#include "support/support.h"
#include "tls_config.h"

static struct {
    char *folder;
    union {
        struct tls_config tls;
        struct curve_config curve;
    } config;
    const mpcf_transport *t;
} shared;

/* tls by certificates. */
static int set_up_tls(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("tls");
    shared.t = t.transport;
    memcpy(&shared.config.tls, t.config, sizeof(shared.config.tls));
    shared.folder = file_join(test_folder(), "keys");
    assert_int_equal(certificate_folder_create(shared.folder, 365, NULL), MPCF_OK);
    shared.config.tls.proof = TLS_BY_CERTIFICATE;
    shared.config.tls.folder = shared.folder;
    return 0;
}

/* zmq-curve by CURVE keys. */
static int set_up_curve(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("zmq-curve");
    shared.t = t.transport;
    memcpy(&shared.config.curve, t.config, sizeof(shared.config.curve));
    shared.folder = file_join(test_folder(), "keys-curve");
    assert_int_equal(curve_folder_create(shared.folder, NULL), MPCF_OK);
    shared.config.curve.proof = CURVE_BY_FILES;
    shared.config.curve.folder = shared.folder;
    return 0;
}

static int tear_down(void **state)
{
    (void) state;
    mpcf_free(shared.folder);
    return 0;
}

/* By what the files prove; with keys of the roles besides where HAS_KEYS. */
static struct roles_options options(enum role role, bool has_keys)
{
    struct roles_options o = actor_options(shared.t->name, role);
    o.config = &shared.config;
    o.keys = has_keys ? o.keys : NULL;
    return o;
}

static void roles_meet_by_files(void **state)
{
    (void) state;
    for (unsigned has_keys = 0; has_keys < 2; has_keys++) {
        struct actor dealer, couple[2];
        struct roles_options o = options(ROLE_DEALER, has_keys);
        actor_open(&dealer, &o, "4");
        struct roles_options provider = options(ROLE_PROVIDER, has_keys);
        provider.addresses[ROLE_DEALER] = roles_address(dealer.roles);
        actor_open(&couple[0], &provider, "4");
        struct roles_options user = options(ROLE_USER, has_keys);
        user.addresses[ROLE_DEALER] = roles_address(dealer.roles);
        user.addresses[ROLE_PROVIDER] = roles_address(couple[0].roles);
        actor_open(&couple[1], &user, "4");
        couple_joins(couple, &dealer);
        couple_close(couple);
        actor_close(&dealer);
    }
}

/* --- a relay --- */

/* Has the files of both roles, and none of their links' keys: a dealer to the user, a user to the dealer. */
struct relay {
    mpcf_party *dealer, *user;
    void *listener;
    char address[64];
    const char *real;
    pthread_t thread;
};

static bool pass_on(void *from, void *to)
{
    uint8_t bytes[4096];
    size_t out = 0, in = sizeof(bytes);
    mpcf_status status =
        shared.t->advance(from, NULL, &out, bytes, &in, clock_deadline(1000000), NULL);
    if (in > 0 && shared.t->send(to, bytes, in, clock_deadline(ACTOR_SECOND), NULL) != MPCF_OK) {
        return false;
    }
    return status == MPCF_OK || status == MPCF_E_TIMEOUT;
}

static void *stand_between(void *context)
{
    struct relay *r = context;
    void *here = NULL, *there = NULL;
    assert_int_equal(shared.t->accept(r->listener, clock_deadline(10 * ACTOR_SECOND), &here, NULL),
                     MPCF_OK);
    assert_int_equal(shared.t->connect_as(&shared.config, r->user, MPCF_ROLE_DEALER, r->real,
                                          clock_deadline(10 * ACTOR_SECOND), &there, NULL),
                     MPCF_OK);
    while (pass_on(here, there) && pass_on(there, here)) {
    }
    shared.t->close(here);
    shared.t->close(there);
    return NULL;
}

static void relay_begin(struct relay *r, const char *real)
{
    *r = (struct relay){.real = real};
    assert_int_equal(link_party_create(ROLE_DEALER, NULL, &r->dealer, NULL), MPCF_OK);
    assert_int_equal(link_party_create(ROLE_USER, NULL, &r->user, NULL), MPCF_OK);
    assert_int_equal(
        shared.t->listen_as(&shared.config, r->dealer, "127.0.0.1:0", &r->listener, NULL), MPCF_OK);
    assert_int_equal(shared.t->bound(r->listener, r->address, sizeof(r->address), NULL), MPCF_OK);
    assert_int_equal(pthread_create(&r->thread, NULL, stand_between, r), 0);
}

static void relay_end(struct relay *r)
{
    assert_int_equal(pthread_join(r->thread, NULL), 0);
    shared.t->unlisten(r->listener);
    link_party_destroy(r->dealer);
    link_party_destroy(r->user);
}

/* With keys of the roles the hellos cannot be made anew; without, the relay is both by its files,
 * and passes on hellos that say to which connection they belong. */
static void a_relay_is_noticed(void **state)
{
    (void) state;
    for (unsigned has_keys = 0; has_keys < 2; has_keys++) {
        struct actor dealer, user;
        struct relay relay;
        struct roles_options o = options(ROLE_DEALER, has_keys);
        actor_open(&dealer, &o, "4");
        actor_start(&dealer);
        relay_begin(&relay, roles_address(dealer.roles));
        struct roles_options called = options(ROLE_USER, has_keys);
        called.addresses[ROLE_DEALER] = called.addresses[ROLE_PROVIDER] = relay.address;
        actor_open(&user, &called, "4");
        actor_run(&user);
        print_message("%s\n", mpcf_error_text(user.err));
        assert_status_was(MPCF_E_AUTH, user.status, user.err);
        assert_message_contains(user.err, "its hello belongs to another connection");
        assert_message_contains(user.err, "somebody between passes on what two connections say");
        relay_end(&relay);
        actor_close(&user);
        /* The dealer turned it away, and waits for others. */
        struct actor couple[2];
        struct roles_options provider = options(ROLE_PROVIDER, has_keys);
        provider.addresses[ROLE_DEALER] = roles_address(dealer.roles);
        actor_open(&couple[0], &provider, "4");
        called = options(ROLE_USER, has_keys);
        called.addresses[ROLE_DEALER] = roles_address(dealer.roles);
        called.addresses[ROLE_PROVIDER] = roles_address(couple[0].roles);
        actor_open(&couple[1], &called, "4");
        actor_start(&couple[0]);
        actor_run(&couple[1]);
        actor_join(&couple[0]);
        actor_join(&dealer);
        assert_was_ok(dealer.status, dealer.err);
        assert_was_ok(couple[0].status, couple[0].err);
        couple_close(couple);
        actor_close(&dealer);
    }
}

/* --- another role --- */

/* A user's proof, and a hello of the provider's. */
static void who_is_not_what_it_says_is_turned_away(void **state)
{
    (void) state;
    struct roles_options o = options(ROLE_DEALER, false);
    struct actor dealer;
    struct hello h;
    uint8_t frame[16 + HELLO_BYTES] = {HELLO_BYTES}, binding[MPCF_BINDING_BYTES];
    mpcf_party *user = NULL;
    void *conn = NULL;
    o.connect_ns = 2 * ACTOR_SECOND;
    actor_open(&dealer, &o, "4");
    actor_start(&dealer);
    assert_int_equal(link_party_create(ROLE_USER, NULL, &user, NULL), MPCF_OK);
    assert_int_equal(shared.t->connect_as(&shared.config, user, MPCF_ROLE_DEALER,
                                          roles_address(dealer.roles),
                                          clock_deadline(5 * ACTOR_SECOND), &conn, NULL),
                     MPCF_OK);
    assert_int_equal(shared.t->binding(conn, binding, NULL), MPCF_OK);
    assert_int_equal(hello_init(&h, ROLE_PROVIDER, ROLE_DEALER, false, NULL), MPCF_OK);
    hello_bind(&h, binding);
    hello_encode(&h, frame + 16);
    assert_int_equal(shared.t->send(conn, frame, sizeof(frame), clock_deadline(ACTOR_SECOND), NULL),
                     MPCF_OK);
    actor_join(&dealer);
    assert_status_was(MPCF_E_TIMEOUT, dealer.status, dealer.err);
    assert_message_contains(dealer.err,
                            "a caller says that it is the provider, and proved to be the user");
    shared.t->close(conn);
    link_party_destroy(user);
    actor_close(&dealer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_meet_by_files),
        cmocka_unit_test(a_relay_is_noticed),
        cmocka_unit_test(who_is_not_what_it_says_is_turned_away),
    };
    const int tls = cmocka_run_group_tests_name("tls", tests, set_up_tls, tear_down);
    return tls + cmocka_run_group_tests_name("zmq-curve", tests, set_up_curve, tear_down);
}
