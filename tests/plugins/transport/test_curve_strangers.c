/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who speaks CURVE wrongly to zmq-curve, or stops in the handshake: what this side says, and what the stranger is
 * told.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "curve_command.h"
#include "support/curve_ends.h"
#include "support/curve_stranger.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

static void *accept_later(void *context)
{
    curve_accept_one(context);
    return NULL;
}

/* --- callers that are turned away --- */

static void speak_http(struct curve_stranger *s)
{
    curve_say_bytes(s, "GET / HTTP/1.1\r\n\r\n", 18);
}

static void speak_zmtp_1(struct curve_stranger *s)
{
    curve_say_bytes(s, "\xff\0\0\0\0\0\0\0\1\x7f\1\0", 12);
}

static void speak_null(struct curve_stranger *s)
{
    curve_greet(s, "NULL", false);
}

static void speak_plain(struct curve_stranger *s)
{
    curve_greet(s, "PLAIN", false);
}

static void speak_gssapi(struct curve_stranger *s)
{
    curve_greet(s, "GSSAPI", false);
}

static void speak_half(struct curve_stranger *s)
{
    curve_say_bytes(s, "\xff\0\0\0\0\0\0\0\1\x7f\3", 11);
    (void) shutdown(s->fd, SHUT_WR);
}

static void be_a_server(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", true);
}

static void say_nothing_and_go(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    (void) shutdown(s->fd, SHUT_WR);
}

static void say_a_message(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    curve_say_frame(s, STRANGER_MESSAGE, (const uint8_t *) "hello", 5);
}

static void say_a_long_command(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    curve_say_bytes(s, "\6\0\0\0\1\0\0\0\0", 9); /* 4 GiB */
}

static void say_ready(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    curve_say_frame(s, STRANGER_COMMAND, (const uint8_t *) "\5READY", 6);
}

static void hello_of_another_version(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    s->body[6] = 2;
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_HELLO);
}

static void hello_of_another_key(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    s->s.peer[0] ^= 1;
    assert_true(curve_hello_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_HELLO);
}

static void hello_that_was_changed(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    s->body[CURVE_HELLO - 1] ^= 1;
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_HELLO);
}

/* A key with which every other makes the same. */
static void hello_of_no_key(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    memset(s->body + 80, 0, CURVE_KEY);
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_HELLO);
}

static void initiate_with(struct curve_stranger *s, size_t at)
{
    curve_go_to_welcome(s);
    assert_true(curve_initiate_make(&s->s, s->body));
    s->body[at] ^= 1;
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_INITIATE);
}

static void another_cookie(struct curve_stranger *s)
{
    initiate_with(s, 9 + 40);
}

static void another_box(struct curve_stranger *s)
{
    initiate_with(s, CURVE_INITIATE - 1);
}

/* Who has stolen no secret says that it is the user. */
static void another_vouch(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    s->s.own.secret[5] ^= 1;
    assert_true(curve_initiate_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_INITIATE);
}

static void a_key_of_its_own(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    (void) crypto_box_keypair(s->s.own.public_key, s->s.own.secret);
    assert_true(curve_initiate_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_INITIATE);
}

/* The number of HELLO again. */
static void a_number_again(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    s->s.sent--;
    assert_true(curve_initiate_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_INITIATE);
}

/* INITIATE of one session in another, as it was. */
static uint8_t old_initiate[CURVE_INITIATE];

static void an_old_session(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    curve_say_frame(s, STRANGER_COMMAND, old_initiate, CURVE_INITIATE);
}

static void hello_twice(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    assert_true(curve_hello_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_HELLO);
}

static void refuse_the_welcome(struct curve_stranger *s)
{
    curve_go_to_welcome(s);
    curve_say_frame(s, STRANGER_COMMAND, s->body, curve_error_make(CURVE_REFUSES_CALLEE, s->body));
}

struct mischief {
    void (*speak)(struct curve_stranger *s);
    const char *said; /* by the listener */
    const char *told; /* the word of ERROR; NULL: none, the stranger would not read it */
};

static void keep_a_session(struct curve_meeting *m)
{
    struct curve_stranger s;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, accept_later, m), 0);
    curve_begin_call(&s, m->address);
    curve_go_to_welcome(&s);
    assert_true(curve_initiate_make(&s.s, old_initiate));
    curve_say_frame(&s, STRANGER_COMMAND, old_initiate, CURVE_INITIATE);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_was_ok(m->a.status, m->a.err);
    m->a.t->close(m->a.conn);
    m->a.conn = NULL;
    (void) close(s.fd);
}

static void strangers_are_turned_away(void **state)
{
    (void) state;
    static const struct mischief all[] = {
        {speak_http, "it speaks no ZMTP (47 45 54 20", NULL},
        {speak_zmtp_1, "it speaks ZMTP 1, without security: refused", NULL},
        {speak_null, "it speaks ZMTP without security (NULL)", NULL},
        {speak_plain, "it speaks ZMTP with PLAIN", NULL},
        {speak_gssapi, "with another mechanism than CURVE", NULL},
        {speak_half, "hung up when it heard of CURVE", NULL},
        {be_a_server, "it calls, and says that it is called", NULL},
        {say_nothing_and_go, "it hung up in the CURVE handshake", NULL},
        {say_a_message, "what it says is no command of ZMTP", "no-curve"},
        {say_a_long_command, "it says more at once than a handshake needs", "no-curve"},
        {say_ready, "what it says is no HELLO of CURVE", "no-curve"},
        {hello_of_another_version, "what it says is no HELLO of CURVE", "no-curve"},
        {hello_of_another_key, "it calls with another key of this side", "other-callee"},
        {hello_that_was_changed, "it calls with another key of this side", "other-callee"},
        {hello_of_no_key, "it calls with another key of this side", "other-callee"},
        {hello_twice, "what it says is no INITIATE of CURVE", "no-curve"},
        {another_cookie, "its INITIATE does not open", "no-curve"},
        {another_box, "its INITIATE does not open", "no-curve"},
        {another_vouch, "its INITIATE does not open", "no-curve"},
        {a_number_again, "its INITIATE does not open", "no-curve"},
        {an_old_session, "its INITIATE does not open", "no-curve"},
        {a_key_of_its_own, "is none of those in", "400"},
        {refuse_the_welcome, "this side has not the key that it expects of who it calls", NULL},
    };
    struct curve_meeting m;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    keep_a_session(&m);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct curve_stranger s;
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        curve_begin_call(&s, m.address);
        all[i].speak(&s);
        assert_int_equal(pthread_join(thread, NULL), 0);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, all[i].said);
        if (all[i].told != NULL) {
            assert_int_equal(curve_hear_frame(&s), STRANGER_COMMAND);
            assert_int_equal(s.length, 7 + strlen(all[i].told));
            assert_memory_equal(s.body, "\5ERROR", 6);
            assert_memory_equal(s.body + 7, all[i].told, strlen(all[i].told));
            assert_int_equal(curve_hear_frame(&s), -1);
        }
        (void) close(s.fd);
    }
    curve_part(&m);
}

static void who_stops_in_the_handshake_is_left(void **state)
{
    (void) state;
    struct curve_meeting m;
    struct curve_stranger s;
    char byte;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    m.patience = 15 * SECOND;
    curve_begin_call(&s, m.address);
    curve_accept_one(&m);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
    assert_message_contains(m.a.err, "it stopped in the CURVE handshake, for 10 s");
    while (recv(s.fd, &byte, 1, 0) > 0) { /* the greeting */
    }
    (void) close(s.fd);
    curve_part(&m);
}

/* Seventeen that only connect, behind one that has said HELLO: one of them goes, and not the one that proves itself. */
static void who_only_connects_pushes_nobody_out(void **state)
{
    (void) state;
    struct curve_meeting m;
    struct curve_stranger s;
    pthread_t thread;
    int others[17];
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    m.patience = SECOND;
    assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
    curve_begin_call(&s, m.address);
    curve_go_to_welcome(&s);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_status_was(MPCF_E_TIMEOUT, m.a.status, m.a.err);
    for (unsigned i = 0; i < 17; i++) {
        others[i] = curve_dial(m.address);
    }
    for (unsigned i = 0; i < 2; i++) { /* 18 callers, 16 places */
        curve_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "it had not shaken hands yet when others came");
    }
    assert_true(curve_initiate_make(&s.s, s.body));
    curve_say_frame(&s, STRANGER_COMMAND, s.body, CURVE_INITIATE);
    m.patience = 5 * SECOND;
    curve_accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    for (unsigned i = 0; i < 17; i++) {
        (void) close(others[i]);
    }
    (void) close(s.fd);
    curve_part(&m);
}

/* --- who is called, and is another --- */

struct callee {
    int door;
    struct curve_stranger s;
    void (*answer)(struct curve_stranger *s);
};

static void *be_called(void *context)
{
    struct callee *c = context;
    memset(&c->s, 0, sizeof(c->s));
    c->s.fd = accept(c->door, NULL, NULL);
    curve_read_pair(curve_folders[0], ROLE_DEALER, c->s.s.own.public_key, c->s.s.own.secret);
    c->answer(&c->s);
    return NULL;
}

static void answer_null(struct curve_stranger *s)
{
    curve_greet(s, "NULL", false);
}

static void hear_hello(struct curve_stranger *s)
{
    curve_greet(s, "CURVE", true);
    assert_int_equal(curve_hear_frame(s), STRANGER_COMMAND);
    assert_int_equal(curve_hello_open(&s->s, s->body, s->length), CURVE_GOOD);
}

static void welcome_by_another(struct curve_stranger *s)
{
    hear_hello(s);
    s->s.own.secret[5] ^= 1;
    assert_true(curve_welcome_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_WELCOME);
}

static void ready_that_was_changed(struct curve_stranger *s)
{
    hear_hello(s);
    assert_true(curve_welcome_make(&s->s, s->body));
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_WELCOME);
    assert_int_equal(curve_hear_frame(s), STRANGER_COMMAND);
    assert_int_equal(curve_initiate_open(&s->s, s->body, s->length), CURVE_GOOD);
    assert_true(curve_ready_make(&s->s, s->body));
    s->body[20] ^= 1;
    curve_say_frame(s, STRANGER_COMMAND, s->body, CURVE_READY);
}

static void answer_out_of_turn(struct curve_stranger *s)
{
    hear_hello(s);
    curve_say_frame(s, STRANGER_COMMAND, (const uint8_t *) "\5READY", 6);
}

static void answer_with_a_message(struct curve_stranger *s)
{
    hear_hello(s);
    curve_say_frame(s, STRANGER_MESSAGE, (const uint8_t *) "hello", 5);
}

static void refuse_in_other_words(struct curve_stranger *s)
{
    hear_hello(s);
    curve_say_frame(s, STRANGER_COMMAND, (const uint8_t *) "\5ERROR\7because", 14);
}

static void answer_nothing(struct curve_stranger *s)
{
    hear_hello(s);
}

static void callees_are_refused(void **state)
{
    (void) state;
    static const struct {
        void (*answer)(struct curve_stranger *s);
        mpcf_status status;
        const char *said, *told;
    } all[] = {
        {answer_null, MPCF_E_AUTH, "is it `transport: zmq` there?", NULL},
        {welcome_by_another, MPCF_E_AUTH, "it did not prove that it has the key of the dealer",
         "other-server"},
        {ready_that_was_changed, MPCF_E_AUTH, "its READY does not open", "no-curve"},
        {answer_out_of_turn, MPCF_E_AUTH, "what it says is no WELCOME of CURVE", "no-curve"},
        {answer_with_a_message, MPCF_E_AUTH, "what it says is no command of ZMTP", "no-curve"},
        {refuse_in_other_words, MPCF_E_AUTH, "the peer refuses: in words that are not known here",
         NULL},
        {answer_nothing, MPCF_E_TIMEOUT, "stopped in the CURVE handshake", NULL},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct curve_meeting m = {.patience = SECOND, .called = ROLE_DEALER};
        struct callee c = {.answer = all[i].answer};
        pthread_t thread;
        c.door = curve_door(m.address);
        curve_begin(&m.b, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_USER});
        assert_int_equal(pthread_create(&thread, NULL, be_called, &c), 0);
        (void) curve_call(&m);
        assert_int_equal(pthread_join(thread, NULL), 0);
        print_message("%s\n", mpcf_error_text(m.b.err));
        assert_status_was(all[i].status, m.b.status, m.b.err);
        assert_message_contains(m.b.err, all[i].said);
        if (all[i].told != NULL) {
            assert_int_equal(curve_hear_frame(&c.s), STRANGER_COMMAND);
            assert_memory_equal(c.s.body, "\5ERROR", 6);
            assert_memory_equal(c.s.body + 7, all[i].told, strlen(all[i].told));
        }
        curve_finish(&m.b);
        (void) close(c.s.fd);
        (void) close(c.door);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_are_turned_away),
        cmocka_unit_test(who_stops_in_the_handshake_is_left),
        cmocka_unit_test(who_only_connects_pushes_nobody_out),
        cmocka_unit_test(callees_are_refused),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, curve_make_folders, curve_drop_folders);
}
