/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another process holds the address of a dealer or provider, and speaks the hello as well as it can
 * without the keys. It gets one hello for each call, and nothing else: no fact, no session, no
 * seed. Who called says who answers where, and what is likely.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "support/actors.h"
#include "support/role_keys.h"
#include "support/support.h"

static const char *const transports[] = {"loopback", "tcp", "zmq"};
#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

enum trick {
    NO_KEYS,    /* a hello that says so */
    NO_SEAL,    /* one that says it has keys, with zeros for a MAC */
    OTHER_KEYS, /* sealed by another set's */
    OTHER_LINK, /* by a key that the user knows, of another link */
    OLD_ANSWER, /* what the real one answered to another call */
    REFLECTION, /* the call itself, with the roles turned round */
    BUSY,       /* no keys, and busy: come again */
    TRICKS
};

struct squatter {
    struct test_transport t;
    void *listener;
    char address[256];
    enum role role; /* that it plays */
    enum trick trick;
    const char *model; /* where the real one is, for OLD_ANSWER */
    pid_t pid;
    int line; /* what it heard */
};

/* --- the process --- */

static void learn(const struct squatter *s, uint8_t answer[HELLO_BYTES])
{
    struct hello h;
    uint8_t call[HELLO_BYTES];
    struct channel *c = NULL;
    assert_int_equal(
        channel_create(s->t.transport, stranger_call(&s->t, s->model), 5 * ACTOR_SECOND, &c, NULL),
        MPCF_OK);
    assert_int_equal(hello_init(&h, ROLE_USER, s->role, true, NULL), MPCF_OK);
    hello_encode(&h, call);
    assert_int_equal(channel_send(c, call, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(channel_recv(c, answer, HELLO_BYTES, NULL), MPCF_OK);
    channel_close(c);
}

static void make_answer(const struct squatter *s, const uint8_t call[HELLO_BYTES],
                        uint8_t answer[HELLO_BYTES])
{
    struct hello h;
    const struct role_keys *other = test_role_keys(1, s->role), *same = test_role_keys(0, s->role);
    const enum role elsewhere = s->role == ROLE_DEALER ? ROLE_PROVIDER : ROLE_DEALER;
    assert_int_equal(hello_init(&h, s->role, (enum role) call[16],
                                s->trick != NO_KEYS && s->trick != BUSY, NULL),
                     MPCF_OK);
    h.is_busy = s->trick == BUSY;
    hello_encode(&h, answer);
    if (s->trick == OTHER_KEYS) {
        (void) hello_seal(call, answer, other->links[ROLE_USER].mine, NULL);
    } else if (s->trick == OTHER_LINK) {
        (void) hello_seal(call, answer, same->links[elsewhere].mine, NULL);
    } else if (s->trick == REFLECTION) {
        memcpy(answer, call, HELLO_BYTES);
        answer[16] = call[17];
        answer[17] = call[16];
    }
}

/* Answers one call, and keeps all that it hears, to the end. */
static void serve(const struct squatter *s, const uint8_t *model)
{
    static uint8_t heard[65536];
    uint8_t frame[16 + HELLO_BYTES] = {HELLO_BYTES};
    void *conn = NULL;
    if (s->t.transport->accept(s->listener, clock_deadline(20 * ACTOR_SECOND), &conn, NULL) !=
        MPCF_OK) {
        return;
    }
    size_t n = stranger_hear(&s->t, conn, heard, sizeof(frame), 5);
    make_answer(s, heard + 16, frame + 16);
    if (model != NULL) {
        memcpy(frame + 16, model, HELLO_BYTES);
    }
    stranger_send(&s->t, conn, frame, sizeof(frame));
    n += stranger_hear(&s->t, conn, heard + n, sizeof(heard) - n, 2);
    (void) !write(s->line, heard, n);
    s->t.transport->close(conn);
}

/* In its process: says where it listens, then serves. */
static void be_squatter(struct squatter *s)
{
    const bool is_local = (s->t.transport->caps & MPCF_TRANSPORT_LOCAL) != 0;
    uint8_t model[HELLO_BYTES];
    assert_int_equal(
        s->t.transport->listen(s->t.config, is_local ? "auto" : "127.0.0.1:0", &s->listener, NULL),
        MPCF_OK);
    assert_int_equal(s->t.transport->bound(s->listener, s->address, sizeof(s->address), NULL),
                     MPCF_OK);
    if (s->trick == OLD_ANSWER) {
        learn(s, model);
    }
    assert_int_equal(write(s->line, s->address, sizeof(s->address)), sizeof(s->address));
    serve(s, s->trick == OLD_ANSWER ? model : NULL);
    s->t.transport->unlisten(s->listener);
}

static void squat(struct squatter *s)
{
    int line[2];
    assert_int_equal(pipe(line), 0);
    (void) test_role_keys(0, s->role);
    (void) test_role_keys(1, s->role);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
        (void) alarm(60);
        s->line = line[1];
        be_squatter(s);
        _exit(0);
    }
    (void) close(line[1]);
    s->line = line[0];
    assert_int_equal(read(s->line, s->address, sizeof(s->address)), sizeof(s->address));
}

/* What it heard: one hello, in a frame, as of any user; nothing that tells this one or its run from
 * others. */
static void leave(struct squatter *s)
{
    uint8_t heard[65536];
    struct hello h;
    size_t had = 0;
    ssize_t n = 0;
    while ((n = read(s->line, heard + had, sizeof(heard) - had)) > 0) {
        had += (size_t) n;
    }
    assert_int_equal(waitpid(s->pid, NULL, 0), s->pid);
    (void) close(s->line);
    assert_int_equal(had, 16 + HELLO_BYTES);
    assert_int_equal(hello_decode(heard + 16, &h, NULL), MPCF_OK);
    assert_int_equal(h.to, s->role);
    assert_true(h.has_key);
    for (size_t i = HELLO_BYTES - HELLO_MAC_BYTES; i < HELLO_BYTES; i++) {
        assert_int_equal(heard[16 + i], 0);
    }
}

/* --- who calls it --- */

static const char *const sayings[TRICKS] = {
    [NO_KEYS] = "has no keys, and this user has: another process may have taken that address",
    [NO_SEAL] = "has not the key that this user knows it by: another process may have taken",
    [OTHER_KEYS] = "has not the key that this user knows it by: another process may have taken",
    [OTHER_LINK] = "has not the key that this user knows it by: another process may have taken",
    [OLD_ANSWER] = "has not the key that this user knows it by: another process may have taken",
    [REFLECTION] = "has not the key that this user knows it by: another process may have taken",
    [BUSY] = "has no keys, and this user has: another process may have taken that address",
};

static void assert_told(const struct actor *user, const struct squatter *s)
{
    char who[400];
    (void) snprintf(who, sizeof(who), "who answers as the %s at %s %s", role_name(s->role),
                    s->address, sayings[s->trick]);
    assert_status_was(MPCF_E_AUTH, user->status, user->err);
    assert_message_contains(user->err, who);
    assert_true(user->seconds < 5);
}

/* A user that means COUPLE and DEALER, but for the squatter's role. */
static void open_user(struct actor *user, const char *transport, const struct squatter *s,
                      const struct actor *provider, const struct actor *dealer)
{
    struct roles_options o = actor_options(transport, ROLE_USER);
    o.addresses[ROLE_PROVIDER] = roles_address(provider->roles);
    o.addresses[ROLE_DEALER] = roles_address(dealer->roles);
    o.addresses[s->role] = s->address;
    actor_open(user, &o, "4");
}

static void play(const char *transport, enum role role, enum trick trick)
{
    struct actor dealer, couple[2], user;
    struct roles_options o = actor_options(transport, ROLE_DEALER);
    struct squatter s = {.t = test_transport_load(transport), .role = role, .trick = trick};
    if ((s.t.transport->caps & MPCF_TRANSPORT_MESSAGES) != 0) {
        return; /* the squatter speaks bytes */
    }
    actor_open(&dealer, &o, "4");
    couple_open(couple, transport, roles_address(dealer.roles), "4");
    struct actor *real = role == ROLE_DEALER ? &dealer : &couple[0];
    actor_start(&dealer);
    actor_start(&couple[0]);
    s.model = roles_address(real->roles);
    squat(&s);
    open_user(&user, transport, &s, &couple[0], &dealer);
    actor_run(&user);
    leave(&s);
    assert_told(&user, &s);
    actor_run(&couple[1]); /* nobody else was disturbed */
    actor_join(&couple[0]);
    actor_join(&dealer);
    assert_was_ok(couple[1].status, couple[1].err);
    assert_was_ok(couple[0].status, couple[0].err);
    assert_was_ok(dealer.status, dealer.err);
    actor_close(&user);
    couple_close(couple);
    actor_close(&dealer);
}

static void at_the_dealers_address_it_gets_nothing(void **state)
{
    (void) state;
    for (unsigned i = 0; i < TRANSPORTS * TRICKS; i++) {
        play(transports[i / TRICKS], ROLE_DEALER, (enum trick)(i % TRICKS));
    }
}

static void at_the_providers_address_it_gets_nothing(void **state)
{
    (void) state;
    for (unsigned i = 0; i < TRANSPORTS * TRICKS; i++) {
        play(transports[i / TRICKS], ROLE_PROVIDER, (enum trick)(i % TRICKS));
    }
}

/* The provider's file names the squatter as its dealer: it ends, and its user hears why. */
static void a_provider_ends_and_its_user_hears_why(void **state)
{
    (void) state;
    struct actor dealer, provider, user;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct squatter s = {.t = test_transport_load("tcp"), .role = ROLE_DEALER, .trick = OTHER_KEYS};
    actor_open(&dealer, &o, "4");
    actor_start(&dealer);
    squat(&s);
    o = actor_options("tcp", ROLE_PROVIDER);
    o.addresses[ROLE_DEALER] = s.address;
    actor_open(&provider, &o, "4");
    actor_start(&provider);
    o = actor_options("tcp", ROLE_USER);
    o.addresses[ROLE_DEALER] = roles_address(dealer.roles);
    o.addresses[ROLE_PROVIDER] = roles_address(provider.roles);
    actor_open(&user, &o, "4");
    actor_run(&user);
    actor_join(&provider);
    leave(&s);
    assert_status_was(MPCF_E_AUTH, provider.status, provider.err);
    assert_message_contains(provider.err, "has not the key that this provider knows it by");
    assert_status_was(MPCF_E_CLOSED, user.status, user.err);
    assert_message_contains(user.err,
                            "the provider refuses, saying: who answers as the dealer at ");
    actor_close(&user);
    actor_close(&provider);
    interrupt_set(); /* the dealer waits for a session */
    actor_join(&dealer);
    interrupt_clear();
    assert_status_was(MPCF_E_INTERRUPTED, dealer.status, dealer.err);
    actor_close(&dealer);
}

/* One side has keys: each side says the two ways out, and neither has said a fact. */
static void keys_on_one_side_are_refused_on_both(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        const bool user_has = i == 0;
        struct roles_options d = actor_options("tcp", ROLE_DEALER);
        struct roles_options u = actor_options("tcp", ROLE_USER);
        struct actor dealer, user;
        d.connect_ns = ACTOR_SECOND;
        d.keys = user_has ? NULL : d.keys;
        u.keys = user_has ? u.keys : NULL;
        d.plain_allowed = u.plain_allowed = true;
        actor_open(&dealer, &d, "4");
        u.addresses[ROLE_DEALER] = roles_address(dealer.roles);
        u.addresses[ROLE_PROVIDER] = "127.0.0.1:9";
        actor_open(&user, &u, "4");
        actor_start(&dealer);
        actor_run(&user);
        actor_join(&dealer);
        assert_status_was(MPCF_E_AUTH, user.status, user.err);
        assert_message_contains(user.err, roles_address(dealer.roles));
        assert_message_contains(user.err, user_has ? "has no keys, and this user has"
                                                   : "wants proof by keys, and this user has none");
        assert_status_was(MPCF_E_TIMEOUT, dealer.status, dealer.err);
        assert_message_contains(dealer.err,
                                user_has ? "a user called that has keys, and this dealer has none"
                                         : "a user called without keys, and this dealer has some");
        for (unsigned j = 0; j < 2; j++) {
            assert_message_contains(j == 0 ? user.err : dealer.err, "`mpcf-host keys new`");
            assert_message_contains(j == 0 ? user.err : dealer.err, "`require: []`");
        }
        actor_close(&user);
        actor_close(&dealer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_the_dealers_address_it_gets_nothing),
        cmocka_unit_test(at_the_providers_address_it_gets_nothing),
        cmocka_unit_test(a_provider_ends_and_its_user_hears_why),
        cmocka_unit_test(keys_on_one_side_are_refused_on_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
