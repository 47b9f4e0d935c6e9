/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who speaks CURVE wrongly to zmq-curve, or stops, or changes what is said: what this side says, and what the
 * stranger is told.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "curve_command.h"
#include "curve_link.h"
#include "support/curve_ends.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)
enum { MESSAGE = 0, LONG = 2, COMMAND = 4 };

/* --- a stranger that has the keys of a user, or of a provider --- */

struct stranger {
    int fd;
    struct curve_shake s;
    uint8_t body[CURVE_LONGEST]; /* the last command that it heard or says */
    size_t length;
};

static void say_bytes(const struct stranger *s, const void *bytes, size_t length)
{
    assert_int_equal(send(s->fd, bytes, length, MSG_NOSIGNAL), length);
}

static void say(const struct stranger *s, unsigned flags, const uint8_t *body, size_t length)
{
    uint8_t frame[9 + 2048] = {(uint8_t) (flags | LONG)};
    assert_in_range(length, 0, 2048);
    frame[7] = (uint8_t) (length >> 8);
    frame[8] = (uint8_t) length;
    memcpy(frame + 9, body, length);
    say_bytes(s, frame, 9 + length);
}

/* All LENGTH bytes; false: it has ended. */
static bool hear_bytes(const struct stranger *s, void *out, size_t length)
{
    return recv(s->fd, out, length, MSG_WAITALL) == (ssize_t) length;
}

/* A frame; its flags, or -1: it has ended. */
static int hear(struct stranger *s)
{
    uint8_t flags = 0, size[8] = {0};
    if (!hear_bytes(s, &flags, 1) || !hear_bytes(s, size, (flags & LONG) != 0 ? 8 : 1)) {
        return -1;
    }
    s->length = (flags & LONG) != 0 ? (size_t) size[6] << 8 | size[7] : size[0];
    assert_in_range(s->length, 0, sizeof(s->body));
    assert_true(hear_bytes(s, s->body, s->length));
    return flags & ~LONG;
}

/* The greeting with MECHANISM, and takes the other's. */
static void greet(const struct stranger *s, const char *mechanism, bool as_server)
{
    uint8_t mine[64] = {0xff, [9] = 0x7f, 3}, theirs[64];
    memcpy(mine + 12, mechanism, strlen(mechanism));
    mine[32] = as_server;
    say_bytes(s, mine, sizeof(mine));
    (void) hear_bytes(s, theirs, sizeof(theirs));
    assert_memory_equal(theirs + 12, "CURVE\0", 6);
}

/* Calls M's dealer as the user of the first set. */
static void begin_call(struct stranger *s, const char *address)
{
    uint8_t unused[CURVE_KEY];
    memset(s, 0, sizeof(*s));
    s->fd = curve_dial(address);
    s->s.is_caller = true;
    curve_read_pair(curve_folders[0], ROLE_USER, s->s.own.public_key, s->s.own.secret);
    curve_read_pair(curve_folders[0], ROLE_DEALER, s->s.peer, unused);
}

static void go_to_welcome(struct stranger *s)
{
    greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_HELLO);
    assert_int_equal(hear(s), COMMAND);
    assert_int_equal(curve_welcome_open(&s->s, s->body, s->length), CURVE_GOOD);
}

static void go_to_end(struct stranger *s)
{
    go_to_welcome(s);
    assert_true(curve_initiate_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_INITIATE);
    assert_int_equal(hear(s), COMMAND);
    assert_int_equal(curve_ready_open(&s->s, s->body, s->length), CURVE_GOOD);
}

static void *accept_later(void *context)
{
    curve_accept_one(context);
    return NULL;
}

/* --- callers that are turned away --- */

static void speak_http(struct stranger *s)
{
    say_bytes(s, "GET / HTTP/1.1\r\n\r\n", 18);
}

static void speak_zmtp_1(struct stranger *s)
{
    say_bytes(s, "\xff\0\0\0\0\0\0\0\1\x7f\1\0", 12);
}

static void speak_null(struct stranger *s)
{
    greet(s, "NULL", false);
}

static void speak_plain(struct stranger *s)
{
    greet(s, "PLAIN", false);
}

static void speak_gssapi(struct stranger *s)
{
    greet(s, "GSSAPI", false);
}

static void speak_half(struct stranger *s)
{
    say_bytes(s, "\xff\0\0\0\0\0\0\0\1\x7f\3", 11);
    (void) shutdown(s->fd, SHUT_WR);
}

static void be_a_server(struct stranger *s)
{
    greet(s, "CURVE", true);
}

static void say_nothing_and_go(struct stranger *s)
{
    greet(s, "CURVE", false);
    (void) shutdown(s->fd, SHUT_WR);
}

static void say_a_message(struct stranger *s)
{
    greet(s, "CURVE", false);
    say(s, MESSAGE, (const uint8_t *) "hello", 5);
}

static void say_a_long_command(struct stranger *s)
{
    greet(s, "CURVE", false);
    say_bytes(s, "\6\0\0\0\1\0\0\0\0", 9); /* 4 GiB */
}

static void say_ready(struct stranger *s)
{
    greet(s, "CURVE", false);
    say(s, COMMAND, (const uint8_t *) "\5READY", 6);
}

static void hello_of_another_version(struct stranger *s)
{
    greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    s->body[6] = 2;
    say(s, COMMAND, s->body, CURVE_HELLO);
}

static void hello_of_another_key(struct stranger *s)
{
    greet(s, "CURVE", false);
    s->s.peer[0] ^= 1;
    assert_true(curve_hello_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_HELLO);
}

static void hello_that_was_changed(struct stranger *s)
{
    greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    s->body[CURVE_HELLO - 1] ^= 1;
    say(s, COMMAND, s->body, CURVE_HELLO);
}

/* A key with which every other makes the same. */
static void hello_of_no_key(struct stranger *s)
{
    greet(s, "CURVE", false);
    assert_true(curve_hello_make(&s->s, s->body));
    memset(s->body + 80, 0, CURVE_KEY);
    say(s, COMMAND, s->body, CURVE_HELLO);
}

static void initiate_with(struct stranger *s, size_t at)
{
    go_to_welcome(s);
    assert_true(curve_initiate_make(&s->s, s->body));
    s->body[at] ^= 1;
    say(s, COMMAND, s->body, CURVE_INITIATE);
}

static void another_cookie(struct stranger *s)
{
    initiate_with(s, 9 + 40);
}

static void another_box(struct stranger *s)
{
    initiate_with(s, CURVE_INITIATE - 1);
}

/* Who has stolen no secret says that it is the user. */
static void another_vouch(struct stranger *s)
{
    go_to_welcome(s);
    s->s.own.secret[5] ^= 1;
    assert_true(curve_initiate_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_INITIATE);
}

static void a_key_of_its_own(struct stranger *s)
{
    go_to_welcome(s);
    (void) crypto_box_keypair(s->s.own.public_key, s->s.own.secret);
    assert_true(curve_initiate_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_INITIATE);
}

/* The number of HELLO again. */
static void a_number_again(struct stranger *s)
{
    go_to_welcome(s);
    s->s.sent--;
    assert_true(curve_initiate_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_INITIATE);
}

/* INITIATE of one session in another, as it was. */
static uint8_t old_initiate[CURVE_INITIATE];

static void an_old_session(struct stranger *s)
{
    go_to_welcome(s);
    say(s, COMMAND, old_initiate, CURVE_INITIATE);
}

static void hello_twice(struct stranger *s)
{
    go_to_welcome(s);
    assert_true(curve_hello_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_HELLO);
}

static void refuse_the_welcome(struct stranger *s)
{
    go_to_welcome(s);
    say(s, COMMAND, s->body, curve_error_make(CURVE_REFUSES_CALLEE, s->body));
}

struct mischief {
    void (*speak)(struct stranger *s);
    const char *said; /* by the listener */
    const char *told; /* the word of ERROR; NULL: none, the stranger would not read it */
};

static void keep_a_session(struct curve_meeting *m)
{
    struct stranger s;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, accept_later, m), 0);
    begin_call(&s, m->address);
    go_to_welcome(&s);
    assert_true(curve_initiate_make(&s.s, old_initiate));
    say(&s, COMMAND, old_initiate, CURVE_INITIATE);
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
        struct stranger s;
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        begin_call(&s, m.address);
        all[i].speak(&s);
        assert_int_equal(pthread_join(thread, NULL), 0);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, all[i].said);
        if (all[i].told != NULL) {
            assert_int_equal(hear(&s), COMMAND);
            assert_int_equal(s.length, 7 + strlen(all[i].told));
            assert_memory_equal(s.body, "\5ERROR", 6);
            assert_memory_equal(s.body + 7, all[i].told, strlen(all[i].told));
            assert_int_equal(hear(&s), -1);
        }
        (void) close(s.fd);
    }
    curve_part(&m);
}

static void who_stops_in_the_handshake_is_left(void **state)
{
    (void) state;
    struct curve_meeting m;
    struct stranger s;
    char byte;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    m.patience = 15 * SECOND;
    begin_call(&s, m.address);
    curve_accept_one(&m);
    assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
    assert_message_contains(m.a.err, "it stopped in the CURVE handshake, for 10 s");
    while (recv(s.fd, &byte, 1, 0) > 0) { /* the greeting */
    }
    (void) close(s.fd);
    curve_part(&m);
}

/* --- who is called, and is another --- */

struct callee {
    int door;
    struct stranger s;
    void (*answer)(struct stranger *s);
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

static void answer_null(struct stranger *s)
{
    greet(s, "NULL", false);
}

static void hear_hello(struct stranger *s)
{
    greet(s, "CURVE", true);
    assert_int_equal(hear(s), COMMAND);
    assert_int_equal(curve_hello_open(&s->s, s->body, s->length), CURVE_GOOD);
}

static void welcome_by_another(struct stranger *s)
{
    hear_hello(s);
    s->s.own.secret[5] ^= 1;
    assert_true(curve_welcome_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_WELCOME);
}

static void ready_that_was_changed(struct stranger *s)
{
    hear_hello(s);
    assert_true(curve_welcome_make(&s->s, s->body));
    say(s, COMMAND, s->body, CURVE_WELCOME);
    assert_int_equal(hear(s), COMMAND);
    assert_int_equal(curve_initiate_open(&s->s, s->body, s->length), CURVE_GOOD);
    assert_true(curve_ready_make(&s->s, s->body));
    s->body[20] ^= 1;
    say(s, COMMAND, s->body, CURVE_READY);
}

static void answer_out_of_turn(struct stranger *s)
{
    hear_hello(s);
    say(s, COMMAND, (const uint8_t *) "\5READY", 6);
}

static void answer_with_a_message(struct stranger *s)
{
    hear_hello(s);
    say(s, MESSAGE, (const uint8_t *) "hello", 5);
}

static void refuse_in_other_words(struct stranger *s)
{
    hear_hello(s);
    say(s, COMMAND, (const uint8_t *) "\5ERROR\7because", 14);
}

static void answer_nothing(struct stranger *s)
{
    hear_hello(s);
}

static void callees_are_refused(void **state)
{
    (void) state;
    static const struct {
        void (*answer)(struct stranger *s);
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
            assert_int_equal(hear(&c.s), COMMAND);
            assert_memory_equal(c.s.body, "\5ERROR", 6);
            assert_memory_equal(c.s.body + 7, all[i].told, strlen(all[i].told));
        }
        curve_finish(&m.b);
        (void) close(c.s.fd);
        (void) close(c.door);
    }
}

/* --- behind the handshake --- */

/* A frame with TEXT, of NUMBER; its length. */
static size_t make_frame(const struct stranger *s, uint64_t number, uint8_t flags, const char *text,
                         uint8_t *frame)
{
    uint8_t *body = frame + 2, *plain = body + CURVE_MESSAGE_HEAD + CURVE_TAG;
    const size_t length = strlen(text), size = CURVE_MESSAGE_HEAD + CURVE_TAG + 1 + length;
    plain[0] = flags;
    memcpy(plain + 1, text, length);
    curve_message_close(s->s.session, s->s.is_caller, number, body, 1 + length);
    frame[0] = 0;
    frame[1] = (uint8_t) size;
    return 2 + size;
}

static void send_text(struct stranger *s, uint8_t flags, const char *text)
{
    uint8_t frame[256];
    say_bytes(s, frame, make_frame(s, ++s->s.sent, flags, text, frame));
}

static void change(struct stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, ++s->s.sent, 0, "half", frame);
    frame[length - 1] ^= 1;
    say_bytes(s, frame, length);
}

static void repeat(struct stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, ++s->s.sent, 0, "half", frame);
    say_bytes(s, frame, length);
    say_bytes(s, frame, length);
}

static void leave_out(struct stranger *s)
{
    s->s.sent++;
    send_text(s, 0, "half");
}

static void reorder(struct stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, s->s.sent + 2, 0, "half", frame);
    say_bytes(s, frame, length);
    send_text(s, 0, "half");
}

/* What the listener said, as if the caller had. */
static void reflect(struct stranger *s)
{
    assert_int_equal(hear(s), MESSAGE);
    say(s, MESSAGE, s->body, s->length);
}

static void say_openly(struct stranger *s)
{
    say(s, MESSAGE, (const uint8_t *) "in the clear, and as long as a frame of CURVE is", 48);
}

static void say_too_much(struct stranger *s)
{
    say_bytes(s, "\2\0\0\0\0\0\x20\0\0", 9); /* 2 MiB */
}

static void say_a_command(struct stranger *s)
{
    say(s, COMMAND, (const uint8_t *) "\4PING\0\0", 7);
}

static void unknown_flags(struct stranger *s)
{
    send_text(s, 0x80, "half");
}

static void cut(struct stranger *s)
{
    send_text(s, 0, "half");
    (void) shutdown(s->fd, SHUT_WR);
}

static void cut_in_a_frame(struct stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, ++s->s.sent, 0, "half", frame);
    say_bytes(s, frame, length - 1);
    (void) shutdown(s->fd, SHUT_WR);
}

static void end(struct stranger *s)
{
    send_text(s, CURVE_SAYS_COMMAND, "\4PING"); /* it means nothing here */
    send_text(s, CURVE_SAYS_COMMAND, CURVE_END);
    (void) shutdown(s->fd, SHUT_WR);
}

static void end_and_go_on(struct stranger *s)
{
    uint8_t frames[512];
    size_t length = make_frame(s, ++s->s.sent, CURVE_SAYS_COMMAND, CURVE_END, frames);
    length += make_frame(s, ++s->s.sent, 0, "more", frames + length);
    say_bytes(s, frames, length);
}

static void what_ends_is_told_from_what_is_cut(void **state)
{
    (void) state;
    static const char changed[] = "a frame was changed on the way, left out, or sent twice";
    static const struct {
        void (*behind)(struct stranger *s);
        mpcf_status status;
        const char *message;
    } all[] = {
        {change, MPCF_E_PROTOCOL, changed},
        {repeat, MPCF_E_PROTOCOL, changed},
        {leave_out, MPCF_E_PROTOCOL, changed},
        {reorder, MPCF_E_PROTOCOL, changed},
        {reflect, MPCF_E_PROTOCOL, changed},
        {say_openly, MPCF_E_PROTOCOL, changed},
        {say_too_much, MPCF_E_PROTOCOL, "a frame is too long"},
        {say_a_command, MPCF_E_PROTOCOL, "what comes is no frame of CURVE"},
        {unknown_flags, MPCF_E_PROTOCOL, "flags that are not known"},
        {cut, MPCF_E_CLOSED, "the connection was cut: the peer did not say that it ends"},
        {cut_in_a_frame, MPCF_E_CLOSED, "the connection was cut"},
        {end, MPCF_E_CLOSED, "the peer closed the connection"},
        {end_and_go_on, MPCF_E_PROTOCOL, "bytes came behind the end that the peer had said"},
    };
    struct curve_meeting m;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct stranger s;
        pthread_t thread;
        char got[8];
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        begin_call(&s, m.address);
        go_to_end(&s);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_was_ok(m.a.status, m.a.err);
        assert_ok(m.a.t->send(m.a.conn, "said", 4, clock_deadline(SECOND), m.a.err), m.a.err);
        all[i].behind(&s);
        assert_status(all[i].status, m.a.t->recv(m.a.conn, got, 8, clock_deadline(SECOND), m.a.err),
                      m.a.err);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_message_contains(m.a.err, all[i].message);
        /* and so it stays */
        assert_status(all[i].status, m.a.t->recv(m.a.conn, got, 1, clock_deadline(SECOND), m.a.err),
                      m.a.err);
        m.a.t->close(m.a.conn);
        m.a.conn = NULL;
        (void) close(s.fd);
    }
    curve_part(&m);
}

/* What is on the line: no byte of what is said, and as many as frames make of it. */
static void what_is_said_is_hidden(void **state)
{
    (void) state;
    static uint8_t said[200000], seen[210000];
    struct curve_meeting m;
    struct stranger s;
    pthread_t thread;
    size_t length = 0;
    randombytes_buf(said, sizeof(said));
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
    begin_call(&s, m.address);
    go_to_end(&s);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_was_ok(m.a.status, m.a.err);
    for (size_t sent = 0; sent < sizeof(said);) {
        size_t out = sizeof(said) - sent, none = 0;
        mpcf_status status = m.a.t->advance(m.a.conn, said + sent, &out, NULL, &none, 0, NULL);
        assert_true(status == MPCF_OK || status == MPCF_E_TIMEOUT);
        sent += out;
        ssize_t n = recv(s.fd, seen + length, sizeof(seen) - length, MSG_DONTWAIT);
        length += n > 0 ? (size_t) n : 0;
    }
    m.a.t->close(m.a.conn);
    m.a.conn = NULL;
    for (ssize_t n = 1; n > 0; length += n > 0 ? (size_t) n : 0) {
        n = recv(s.fd, seen + length, sizeof(seen) - length, 0);
    }
    /* 64 KiB a frame, with 9 + 33 bytes each; the end: 2 + 33 + 4. Where a byte was owed there may be more. */
    print_message("%zu bytes said, %zu on the line\n", sizeof(said), length);
    assert_in_range(length, sizeof(said) + 4 * (size_t) 42 + 39,
                    sizeof(said) + 8 * (size_t) 42 + 39);
    for (size_t at = 0; at + 16 <= sizeof(said); at += 1024) {
        assert_null(memmem(seen, length, said + at, 16));
    }
    (void) close(s.fd);
    curve_part(&m);
}

/* --- what a caller may say besides --- */

static void only_a_pair_is_taken(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        size_t length;
        bool taken;
    } all[] = {
        {"\013Socket-Type\0\0\0\4PAIR", 20, true},
        {"\10Identity\0\0\0\0\013Socket-Type\0\0\0\4PAIR", 33, true},
        {"\013Socket-Type\0\0\0\4PAIR\10Identity\0\0\0\1x", 34, true},
        {"", 0, false},
        {"\013Socket-Type\0\0\0\4PAI", 19, false},
        {"\013Socket-Type\0\0\0\4PAIRx", 21, false},
        {"\013Socket-Type\0\0\0\6DEALER", 22, false},
        {"\013Socket-Type\377\377\377\377PAIR", 20, false},
        {"\013Socket-Type\0\0\0\4PAIR\013Socket-Type\0\0\0\4PAIR", 40, false},
        {"\377Socket-Type\0\0\0\4PAIR", 20, false},
        {"\10Identity\0\0\0\0", 13, false},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_int_equal(curve_metadata_is_pair((const uint8_t *) all[i].text, all[i].length),
                         all[i].taken);
    }
}

/* --- secrets, numbers --- */

static void a_handshake_is_wiped_and_numbers_end(void **state)
{
    (void) state;
    struct curve_meeting m;
    char byte = 0;
    curve_meet(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER},
               &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_USER}, ROLE_DEALER);
    assert_was_ok(m.a.status, m.a.err);
    assert_was_ok(m.b.status, m.b.err);
    struct curve_link *a = m.a.conn, *b = m.b.conn;
    assert_true(sodium_is_zero((const uint8_t *) &a->shake, sizeof(a->shake)));
    assert_true(sodium_is_zero((const uint8_t *) &b->shake, sizeof(b->shake)));
    assert_null(a->credentials);
    assert_memory_equal(a->session, b->session, CURVE_KEY);
    b->sent = a->received = UINT64_MAX - 1; /* one is left */
    const int64_t soon = clock_deadline(SECOND);
    assert_ok(m.b.t->send(b, "x", 1, soon, m.b.err), m.b.err);
    assert_ok(m.a.t->recv(a, &byte, 1, soon, m.a.err), m.a.err);
    assert_status(MPCF_E_IO, m.b.t->send(b, "y", 1, soon, m.b.err), m.b.err);
    assert_message_contains(m.b.err, "has been used up");
    curve_part(&m);
}

/* Transient keys are drawn: two connections have nothing alike. */
static void no_two_connections_are_alike(void **state)
{
    (void) state;
    static uint8_t bodies[2][CURVE_HELLO + CURVE_WELCOME];
    struct curve_meeting m;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    for (unsigned i = 0; i < 2; i++) {
        struct stranger s;
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        begin_call(&s, m.address);
        go_to_end(&s);
        memcpy(bodies[i], s.s.session, CURVE_KEY);
        memcpy(bodies[i] + CURVE_KEY, s.s.peer_transient, CURVE_KEY);
        memcpy(bodies[i] + 2 * CURVE_KEY, s.s.cookie, CURVE_COOKIE);
        assert_int_equal(pthread_join(thread, NULL), 0);
        m.a.t->close(m.a.conn);
        m.a.conn = NULL;
        (void) close(s.fd);
    }
    for (size_t at = 0; at < 2 * CURVE_KEY + CURVE_COOKIE; at += 16) {
        assert_memory_not_equal(bodies[0] + at, bodies[1] + at, 16);
    }
    curve_part(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_are_turned_away),
        cmocka_unit_test(who_stops_in_the_handshake_is_left),
        cmocka_unit_test(callees_are_refused),
        cmocka_unit_test(what_ends_is_told_from_what_is_cut),
        cmocka_unit_test(what_is_said_is_hidden),
        cmocka_unit_test(only_a_pair_is_taken),
        cmocka_unit_test(a_handshake_is_wiped_and_numbers_end),
        cmocka_unit_test(no_two_connections_are_alike),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, curve_make_folders, curve_drop_folders);
}
