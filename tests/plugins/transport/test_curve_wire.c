/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What zmq-curve says behind its handshake, and to who changes that, leaves out, repeats or cuts it; what is wiped.
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
#include "curve_link.h"
#include "support/curve_ends.h"
#include "support/curve_stranger.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

static void *accept_later(void *context)
{
    curve_accept_one(context);
    return NULL;
}

/* --- behind the handshake --- */

/* A frame with TEXT, of NUMBER; its length. */
static size_t make_frame(const struct curve_stranger *s, uint64_t number, uint8_t flags,
                         const char *text, uint8_t *frame)
{
    uint8_t *body = frame + 2, *plain = body + CURVE_MESSAGE_HEAD + CURVE_TAG;
    size_t length = 0;
    for (plain[0] = flags; text[length] != '\0'; length++) {
        plain[1 + length] = (uint8_t) text[length];
    }
    const size_t size = CURVE_MESSAGE_HEAD + CURVE_TAG + 1 + length;
    curve_message_close(s->s.session, s->s.is_caller, number, body, 1 + length);
    frame[0] = 0;
    frame[1] = (uint8_t) size;
    return 2 + size;
}

static void send_text(struct curve_stranger *s, uint8_t flags, const char *text)
{
    uint8_t frame[256];
    curve_say_bytes(s, frame, make_frame(s, ++s->s.sent, flags, text, frame));
}

static void change(struct curve_stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, ++s->s.sent, 0, "half", frame);
    frame[length - 1] ^= 1;
    curve_say_bytes(s, frame, length);
}

static void repeat(struct curve_stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, ++s->s.sent, 0, "half", frame);
    curve_say_bytes(s, frame, length);
    curve_say_bytes(s, frame, length);
}

static void leave_out(struct curve_stranger *s)
{
    s->s.sent++;
    send_text(s, 0, "half");
}

static void reorder(struct curve_stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, s->s.sent + 2, 0, "half", frame);
    curve_say_bytes(s, frame, length);
    send_text(s, 0, "half");
}

/* What the listener said, as if the caller had. */
static void reflect(struct curve_stranger *s)
{
    assert_int_equal(curve_hear_frame(s), STRANGER_MESSAGE);
    curve_say_frame(s, STRANGER_MESSAGE, s->body, s->length);
}

static void say_openly(struct curve_stranger *s)
{
    curve_say_frame(s, STRANGER_MESSAGE,
                    (const uint8_t *) "in the clear, and as long as a frame of CURVE is", 48);
}

static void say_too_much(struct curve_stranger *s)
{
    curve_say_bytes(s, "\2\0\0\0\0\0\x20\0\0", 9); /* 2 MiB */
}

static void say_a_command(struct curve_stranger *s)
{
    curve_say_frame(s, STRANGER_COMMAND, (const uint8_t *) "\4PING\0\0", 7);
}

static void unknown_flags(struct curve_stranger *s)
{
    send_text(s, 0x80, "half");
}

static void cut(struct curve_stranger *s)
{
    send_text(s, 0, "half");
    (void) shutdown(s->fd, SHUT_WR);
}

static void cut_in_a_frame(struct curve_stranger *s)
{
    uint8_t frame[256];
    size_t length = make_frame(s, ++s->s.sent, 0, "half", frame);
    curve_say_bytes(s, frame, length - 1);
    (void) shutdown(s->fd, SHUT_WR);
}

static void end(struct curve_stranger *s)
{
    send_text(s, CURVE_SAYS_COMMAND, "\4PING"); /* it means nothing here */
    send_text(s, CURVE_SAYS_COMMAND, CURVE_END);
    (void) shutdown(s->fd, SHUT_WR);
}

static void end_and_go_on(struct curve_stranger *s)
{
    uint8_t frames[512];
    size_t length = make_frame(s, ++s->s.sent, CURVE_SAYS_COMMAND, CURVE_END, frames);
    length += make_frame(s, ++s->s.sent, 0, "more", frames + length);
    curve_say_bytes(s, frames, length);
}

static void what_ends_is_told_from_what_is_cut(void **state)
{
    (void) state;
    static const char changed[] = "a frame was changed on the way, left out, or sent twice";
    static const struct {
        void (*behind)(struct curve_stranger *s);
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
        struct curve_stranger s;
        pthread_t thread;
        char got[8];
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        curve_begin_call(&s, m.address);
        curve_go_to_end(&s);
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

/* Behind a fault nothing more is said, neither what the host sends nor that it ends in order. */
static void who_was_wrong_hears_nothing_more(void **state)
{
    (void) state;
    struct curve_meeting m;
    struct curve_stranger s;
    pthread_t thread;
    char got[8], more[256];
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
    curve_begin_call(&s, m.address);
    curve_go_to_end(&s);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_was_ok(m.a.status, m.a.err);
    change(&s);
    assert_status(MPCF_E_PROTOCOL, m.a.t->recv(m.a.conn, got, 8, clock_deadline(SECOND), m.a.err),
                  m.a.err);
    assert_status(MPCF_E_PROTOCOL,
                  m.a.t->send(m.a.conn, "secret", 6, clock_deadline(SECOND), m.a.err), m.a.err);
    assert_message_contains(m.a.err, "a frame was changed on the way");
    m.a.t->close(m.a.conn);
    m.a.conn = NULL;
    assert_int_equal(recv(s.fd, more, sizeof(more), 0), 0);
    (void) close(s.fd);
    curve_part(&m);
}

/* What is on the line: no byte of what is said, and as many as frames make of it. */
static void what_is_said_is_hidden(void **state)
{
    (void) state;
    static uint8_t said[200000], seen[210000];
    struct curve_meeting m;
    struct curve_stranger s;
    pthread_t thread;
    size_t length = 0;
    randombytes_buf(said, sizeof(said));
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
    curve_begin_call(&s, m.address);
    curve_go_to_end(&s);
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
        struct curve_stranger s;
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, accept_later, &m), 0);
        curve_begin_call(&s, m.address);
        curve_go_to_end(&s);
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
        cmocka_unit_test(what_ends_is_told_from_what_is_cut),
        cmocka_unit_test(who_was_wrong_hears_nothing_more),
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
