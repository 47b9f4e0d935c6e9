/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever calls a role that listens, and whatever it says: it is answered where that can be, sees
 * nothing that is not for it, and a right user that comes afterwards is served, while it is still there.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "roles/admission.h"
#include "support/actors.h"
#include "support/role_keys.h"
#include "support/support.h"

static const char *const transports[] = {"loopback", "tcp", "zmq"};

/* Whether strangers can send bytes as they like. */
static bool is_stream(const struct test_transport *t)
{
    return (t->transport->caps & MPCF_TRANSPORT_MESSAGES) == 0;
}

/* --- a stranger that knows the protocol --- */

struct stranger {
    const struct test_transport *t;
    enum role called;
    const char *address;
    struct channel *channel;
    uint8_t call[HELLO_BYTES], answer[HELLO_BYTES];
    struct hello heard;
};

static void come(struct stranger *s, const char *address)
{
    assert_int_equal(channel_create(s->t->transport, stranger_call(s->t, address), ACTOR_SECOND * 5,
                                    &s->channel, NULL),
                     MPCF_OK);
}

/* As FROM to TO, with or without keys; what the other says is in S. */
static void say_hello(struct stranger *s, enum role from, enum role to, bool has_key,
                      uint32_t protocol)
{
    struct hello h;
    assert_int_equal(hello_init(&h, from, to, has_key, NULL), MPCF_OK);
    h.protocol = protocol;
    hello_encode(&h, s->call);
    assert_int_equal(channel_send(s->channel, s->call, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(channel_recv(s->channel, s->answer, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(hello_decode(s->answer, &s->heard, NULL), MPCF_OK);
    assert_int_equal(s->heard.from, s->called);
    assert_int_equal(s->heard.protocol, HANDSHAKE_PROTOCOL);
}

static bool is_sealed(const struct stranger *s)
{
    static const uint8_t none[HELLO_MAC_BYTES];
    return memcmp(s->answer + HELLO_BYTES - HELLO_MAC_BYTES, none, sizeof(none)) != 0;
}

/* Nothing follows but the end. */
static void hear_the_end(struct stranger *s)
{
    uint8_t byte = 0;
    assert_int_not_equal(channel_recv(s->channel, &byte, 1, NULL), MPCF_OK);
}

/* Proves itself with KEYS of a user, or with zeros, and says MINE; what it hears is in THEIRS. */
static mpcf_status go_on(struct stranger *s, const struct role_keys *keys,
                         const struct handshake *mine, struct handshake *theirs)
{
    uint8_t proof[HELLO_MAC_BYTES] = {0};
    if (keys != NULL) {
        assert_int_equal(hello_prove(s->call, s->answer, keys->links[s->called].mine, proof, NULL),
                         MPCF_OK);
    }
    assert_int_equal(channel_send(s->channel, proof, sizeof(proof), NULL), MPCF_OK);
    return handshake_exchange(s->channel, mine, theirs, NULL);
}

static struct handshake users_words(const char *batch)
{
    struct handshake h;
    handshake_init(&h, ROLE_USER);
    assert_int_equal(handshake_add(&h, NULL, "batch", "%s", batch), MPCF_OK);
    h.has_session = true;
    memset(h.session, 0x5a, sizeof(h.session));
    h.has_stored = true;
    memset(h.stored, 0x11, sizeof(h.stored));
    return h;
}

/* What somebody without the keys is shown, at most: the role, and a reason. */
static void assert_bare(const struct handshake *h)
{
    static const uint8_t none[HANDSHAKE_SESSION];
    assert_int_equal(h->fact_count, 0);
    assert_false(h->has_session);
    assert_false(h->has_stored);
    assert_memory_equal(h->session, none, sizeof(none));
    assert_memory_equal(h->stored, none, sizeof(none));
    assert_int_equal(h->next_inference, 0);
    assert_int_not_equal(h->kind, REFUSAL_NONE);
}

/* --- what strangers do; each leaves its channel open --- */

static void with_keys_it_disagrees(struct stranger *s)
{
    struct handshake mine = users_words("9"), theirs;
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL);
    assert_int_equal(go_on(s, test_role_keys(0, ROLE_USER), &mine, &theirs), MPCF_OK);
    assert_int_equal(theirs.fact_count, 2); /* it has shown who it is */
    assert_int_equal(theirs.kind, REFUSAL_ENDED);
    assert_false(theirs.has_stored); /* another than it named */
    hear_the_end(s);
}

static void without_keys_it_hears_a_hello(struct stranger *s)
{
    say_hello(s, ROLE_USER, s->called, false, HANDSHAKE_PROTOCOL);
    assert_true(s->heard.has_key);
    assert_false(is_sealed(s));
    hear_the_end(s);
}

static void with_others_keys_it_hears_no_handshake(struct stranger *s)
{
    struct handshake mine = users_words("4"), theirs;
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL);
    assert_int_equal(hello_check_seal(s->call, s->answer,
                                      test_role_keys(1, ROLE_USER)->links[s->called].theirs, NULL),
                     MPCF_E_AUTH);
    assert_int_equal(go_on(s, test_role_keys(1, ROLE_USER), &mine, &theirs), MPCF_E_CLOSED);
}

/* Its proof is the seal that it was shown. */
static void with_what_it_heard_it_hears_no_handshake(struct stranger *s)
{
    struct handshake mine = users_words("4"), theirs;
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL);
    assert_int_equal(
        channel_send(s->channel, s->answer + HELLO_BYTES - HELLO_MAC_BYTES, HELLO_MAC_BYTES, NULL),
        MPCF_OK);
    assert_int_equal(handshake_exchange(s->channel, &mine, &theirs, NULL), MPCF_E_CLOSED);
}

/* It has heard a user's call, hello and proof, and says the same again. */
static void with_an_old_transcript_it_hears_no_handshake(struct stranger *s)
{
    struct handshake mine = users_words("4"), theirs;
    struct hello h;
    uint8_t call[HELLO_BYTES], old_answer[HELLO_BYTES], proof[HELLO_MAC_BYTES];
    const struct link_keys *keys = &test_role_keys(0, ROLE_USER)->links[s->called];
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL);
    memcpy(call, s->call, HELLO_BYTES);
    memcpy(old_answer, s->answer, HELLO_BYTES);
    assert_int_equal(hello_prove(call, old_answer, keys->mine, proof, NULL), MPCF_OK);
    channel_close(s->channel);
    come(s, s->address);
    assert_int_equal(channel_send(s->channel, call, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(channel_recv(s->channel, s->answer, HELLO_BYTES, NULL), MPCF_OK);
    assert_int_equal(hello_decode(s->answer, &h, NULL), MPCF_OK);
    assert_memory_not_equal(old_answer, s->answer, HELLO_BYTES);
    assert_int_equal(channel_send(s->channel, proof, sizeof(proof), NULL), MPCF_OK);
    assert_int_equal(handshake_exchange(s->channel, &mine, &theirs, NULL), MPCF_E_CLOSED);
}

static void of_another_version_it_hears_ours(struct stranger *s)
{
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL + 1);
    assert_false(is_sealed(s));
    hear_the_end(s);
}

static void it_refuses(struct stranger *s)
{
    struct handshake mine = users_words("4");
    uint8_t proof[HELLO_MAC_BYTES];
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL);
    handshake_refuse(&mine, REFUSAL_ENDED, "because");
    const uint8_t *key = test_role_keys(0, ROLE_USER)->links[s->called].mine;
    assert_int_equal(hello_prove(s->call, s->answer, key, proof, NULL), MPCF_OK);
    assert_int_equal(channel_send(s->channel, proof, sizeof(proof), NULL), MPCF_OK);
    assert_int_equal(handshake_send(s->channel, &mine, NULL), MPCF_OK);
    hear_the_end(s);
}

static void it_calls_for_another_role(struct stranger *s)
{
    enum role other = s->called == ROLE_DEALER ? ROLE_PROVIDER : ROLE_DEALER;
    say_hello(s, ROLE_USER, other, true, HANDSHAKE_PROTOCOL);
    assert_false(is_sealed(s));
    hear_the_end(s);
}

static void it_is_of_the_role_that_it_calls(struct stranger *s)
{
    say_hello(s, s->called, s->called, true, HANDSHAKE_PROTOCOL);
    assert_false(is_sealed(s));
    hear_the_end(s);
}

static void it_waits_with_its_proof(struct stranger *s)
{
    say_hello(s, ROLE_USER, s->called, true, HANDSHAKE_PROTOCOL);
    assert_true(is_sealed(s));
}

static void it_says_nothing(struct stranger *s)
{
    (void) s;
}

static void it_hangs_up(struct stranger *s)
{
    channel_close(s->channel);
    s->channel = NULL;
}

static void (*const acts[])(struct stranger *) = {
    with_keys_it_disagrees,
    without_keys_it_hears_a_hello,
    with_others_keys_it_hears_no_handshake,
    with_what_it_heard_it_hears_no_handshake,
    with_an_old_transcript_it_hears_no_handshake,
    of_another_version_it_hears_ours,
    it_refuses,
    it_calls_for_another_role,
    it_is_of_the_role_that_it_calls,
    it_waits_with_its_proof,
    it_says_nothing,
    it_hangs_up,
};
#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* --- strangers that do not know it --- */

static const struct {
    const char *bytes;
    size_t length;
} junk[] = {
    {"GET / HTTP/1.1\r\nHost: dealer\r\n\r\n", 33},
    {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x5a\x5a\x5a\x5a\x5a\x5a\x5a\x5a", 19},
    {"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16},
    {"SSH-2.0-OpenSSH_9.2p1\r\n", 23},
    {"\x00\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0MPCFhelo\x03\0\0\0", 28},       /* version 3 */
    {"\xff\xff\xff\xff\xff\xff\xff\x7f\0\0\0\0\0\0\0\0", 16},             /* a long message */
    {"\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0mpcf's hello it is not", 38},     /* and stops */
    {"\x80\0\0\0", 4},                                                    /* of a head */
    {"\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0MPCFhelo\x04\0\0\0\x80\0\0", 31}, /* of a hello */
    {"\0", 1},
};
#define JUNK (sizeof(junk) / sizeof(junk[0]))

/* What it hears: nothing, whether it waits or not. */
static void say_junk(const struct test_transport *t, const char *address, size_t i, void **conn)
{
    uint8_t heard = 0;
    *conn = stranger_call(t, address);
    stranger_send(t, *conn, junk[i].bytes, junk[i].length);
    assert_int_equal(stranger_hear(t, *conn, &heard, 1, 0.05), 0);
}

/* --- the scenes --- */

/* All of them call CALLED at ADDRESS, one after the other, and then COUPLE and DEALER join. */
static void call_and_stay(const struct test_transport *t, enum role called, const char *address,
                          struct actor couple[2], struct actor *dealer)
{
    struct stranger s[ACTS];
    void *conns[JUNK] = {NULL};
    for (size_t i = 0; i < ACTS; i++) {
        s[i] = (struct stranger){.t = t, .called = called, .address = address};
        come(&s[i], address);
        acts[i](&s[i]);
    }
    for (size_t i = 0; i < JUNK && is_stream(t); i++) {
        say_junk(t, address, i, &conns[i]);
    }
    if (called == ROLE_DEALER) {
        actor_start(&couple[0]);
    } else {
        actor_start(dealer);
    }
    actor_run(&couple[1]);
    actor_join(&couple[0]);
    actor_join(dealer);
    for (size_t i = 0; i < 2; i++) {
        assert_was_ok(couple[i].status, couple[i].err);
    }
    assert_was_ok(dealer->status, dealer->err);
    assert_memory_equal(couple[1].links.session, dealer->links.session, HANDSHAKE_SESSION);
    for (size_t i = 0; i < ACTS; i++) {
        channel_close(s[i].channel);
    }
    for (size_t i = 0; i < JUNK && is_stream(t); i++) {
        t->transport->close(conns[i]);
    }
}

static void play(const char *transport, enum role called)
{
    struct test_transport t = test_transport_load(transport);
    struct actor dealer, couple[2];
    struct roles_options o = actor_options(transport, ROLE_DEALER);
    actor_open(&dealer, &o, "4");
    couple_open(couple, transport, roles_address(dealer.roles), "4");
    couple[0].mine.has_stored = true; /* a session on the provider's disk */
    memset(couple[0].mine.stored, 0x77, HANDSHAKE_SESSION);
    struct actor *callee = called == ROLE_DEALER ? &dealer : &couple[0];
    actor_start(callee);
    call_and_stay(&t, called, roles_address(callee->roles), couple, &dealer);
    couple_close(couple);
    actor_close(&dealer);
}

static void a_dealer_outlives_strangers(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        play(transports[i], ROLE_DEALER);
    }
}

static void a_provider_outlives_strangers(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        play(transports[i], ROLE_PROVIDER);
    }
}

/* Where nobody has keys (`require: []`), who disagrees hears in which of its own facts, and no
 * value. */
static void without_keys_nobody_is_shown_a_fact(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("tcp");
    struct stranger s = {.t = &t, .called = ROLE_DEALER};
    struct handshake mine = users_words("9"), theirs;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct actor dealer;
    o.keys = NULL;
    o.plain_allowed = true;
    o.connect_ns = ACTOR_SECOND;
    actor_open(&dealer, &o, "4");
    assert_int_equal(handshake_add(&dealer.mine, NULL, "approximation quad", "1.0"), MPCF_OK);
    actor_start(&dealer);
    come(&s, roles_address(dealer.roles));
    say_hello(&s, ROLE_USER, ROLE_DEALER, false, HANDSHAKE_PROTOCOL);
    assert_int_equal(go_on(&s, NULL, &mine, &theirs), MPCF_OK);
    assert_bare(&theirs);
    assert_int_equal(theirs.kind, REFUSAL_DIFFERS);
    assert_string_equal(theirs.refusal, "this dealer disagrees in: batch, 1 that are absent there");
    channel_close(s.channel);
    actor_join(&dealer);
    assert_status_was(MPCF_E_TIMEOUT, dealer.status, dealer.err);
    assert_message_contains(dealer.err, "batch: 9 there, 4 here");
    actor_close(&dealer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dealer_outlives_strangers),
        cmocka_unit_test(a_provider_outlives_strangers),
        cmocka_unit_test(without_keys_nobody_is_shown_a_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
