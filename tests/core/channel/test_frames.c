/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may stand between messages and what may not, byte by byte: a transport that gives and takes
 * as much as the test says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "channel/channel.h"
#include "support/support.h"

#define MS      INT64_C(1000000)
#define TIMEOUT (30 * MS)
#define PATIENT (500 * MS) /* on a machine that does much else */

struct script {
    uint8_t in[4096];
    size_t in_length, in_at, in_step; /* at most IN_STEP bytes a call */
    uint8_t out[65536];
    size_t out_length, out_room; /* takes OUT_ROOM more */
    int64_t drip_ns;             /* a byte comes so often; 0: at once */
    int64_t dripped_at;
    bool is_endless; /* after IN comes IN */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t give(struct script *s, uint8_t *in, size_t wanted)
{
    if (s->drip_ns != 0) {
        if (clock_now_ns() - s->dripped_at < s->drip_ns) {
            return 0;
        }
        s->dripped_at = clock_now_ns();
    }
    if (s->is_endless && s->in_at == s->in_length) {
        s->in_at = 0;
    }
    size_t n = smaller(smaller(wanted, s->in_length - s->in_at), s->in_step);
    memcpy(in, s->in + s->in_at, n);
    s->in_at += n;
    return n;
}

static mpcf_status script_advance(void *conn, const void *out, size_t *out_length, void *in,
                                  size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct script *s = conn;
    (void) deadline; /* who waits asks again */
    size_t sent = smaller(*out_length, s->out_room);
    if (sent != 0) {
        assert_true(s->out_length + sent <= sizeof(s->out));
        memcpy(s->out + s->out_length, out, sent);
        s->out_length += sent;
        s->out_room -= sent;
    }
    size_t wanted = *in_length;
    *out_length = sent;
    *in_length = wanted == 0 ? 0 : give(s, in, wanted);
    if (sent + *in_length == 0) {
        return mpcf_fail(err, MPCF_E_TIMEOUT, "nothing goes");
    }
    return MPCF_OK;
}

static void script_close(void *conn)
{
    (void) conn;
}

static const mpcf_transport script = {.struct_size = sizeof(mpcf_transport),
                                      .name = "script",
                                      .advance = script_advance,
                                      .close = script_close};

static void add(struct script *s, const void *data, size_t length)
{
    assert_true(s->in_length + length <= sizeof(s->in));
    memcpy(s->in + s->in_length, data, length);
    s->in_length += length;
}

static void add_head(struct script *s, uint64_t length, uint64_t second)
{
    uint8_t head[CHANNEL_FRAME_BYTES];
    framing_write(head, length, second);
    add(s, head, sizeof(head));
}

static void add_message(struct script *s, const char *text, uint64_t number)
{
    add_head(s, strlen(text), number);
    add(s, text, strlen(text));
}

static void add_farewell(struct script *s, const char *text, size_t length)
{
    add_head(s, FRAMING_FAREWELL, length);
    add(s, text, length);
}

static struct channel *open_script(struct script *s)
{
    struct channel *c = NULL;
    assert_int_equal(channel_create(&script, s, TIMEOUT, &c, NULL), MPCF_OK);
    channel_set_peer(c, "provider", NULL);
    channel_set_timeout(c, TIMEOUT, "stages.infer.timeout");
    return c;
}

/* --- signs of life --- */

static void receive_one(struct channel *c, unsigned way, const char *want)
{
    char got[16] = "";
    size_t length = strlen(want);
    bool came = false;
    if (way == 0) {
        assert_int_equal(channel_recv(c, got, length, NULL), MPCF_OK);
    } else if (way == 1) {
        assert_int_equal(channel_exchange(c, "mine", 4, got, length, NULL), MPCF_OK);
    } else {
        while (!came) {
            assert_int_equal(channel_poll(c, got, length, &came, NULL), MPCF_OK);
        }
    }
    assert_string_equal(got, want);
}

static void signs_of_life_may_stand_between_any_two_frames(void **state)
{
    (void) state;
    for (unsigned way = 0; way < 3; way++) {
        for (size_t step = 1; step <= 40; step++) {
            struct script s = {.in_step = step, .out_room = 60000};
            add_head(&s, FRAMING_ALIVE, 0);
            add_message(&s, "abcdef", 0);
            add_head(&s, FRAMING_ALIVE, 0);
            add_head(&s, FRAMING_ALIVE, 0);
            add_message(&s, "gh", 1);
            add_head(&s, FRAMING_ALIVE, 0);
            add_farewell(&s, "enough", 6);
            struct channel *c = open_script(&s);
            mpcf_error *err = mpcf_error_create();
            receive_one(c, way, "abcdef");
            receive_one(c, way, "gh");
            assert_int_equal(channel_meter(c).received_messages, 2);
            assert_int_equal(channel_meter(c).received_bytes, 8 + 2 * CHANNEL_FRAME_BYTES);
            char got[4];
            assert_status(MPCF_E_CLOSED, channel_recv(c, got, 4, err), err);
            assert_string_equal(mpcf_error_text(err), "the provider ended the run, saying: enough");
            mpcf_error_destroy(err);
            channel_close(c);
        }
    }
}

/* A beat takes what has come, and keeps a message's head for who wants the message. */
static void a_beat_takes_nothing_from_a_message(void **state)
{
    (void) state;
    for (size_t step = 1; step <= 40; step++) {
        struct script s = {.in_step = step, .out_room = 60000};
        char got[8] = "";
        add_head(&s, FRAMING_ALIVE, 0);
        add_message(&s, "abcdef", 0);
        add_farewell(&s, "enough", 6);
        struct channel *c = open_script(&s);
        for (int i = 0; i < 5; i++) {
            channel_beat(c, 3600000 * MS);
        }
        assert_int_equal(channel_send(c, "x", 1, NULL), MPCF_OK);
        assert_int_equal(channel_recv(c, got, 6, NULL), MPCF_OK);
        assert_string_equal(got, "abcdef");
        for (int i = 0; i < 5; i++) {
            channel_beat(c, 3600000 * MS);
        }
        mpcf_error *err = mpcf_error_create();
        assert_status(MPCF_E_CLOSED, channel_send(c, "x", 1, err), err);
        assert_message_contains(err, "saying: enough");
        mpcf_error_destroy(err);
        channel_close(c);
    }
}

/* Whether OUT is signs of life and one message, of LENGTH and number 0. */
static void check_out(const struct script *s, size_t length, size_t *signs)
{
    uint8_t life[CHANNEL_FRAME_BYTES], head[CHANNEL_FRAME_BYTES];
    size_t at = 0;
    framing_write(life, FRAMING_ALIVE, 0);
    framing_write(head, length, 0);
    for (*signs = 0; memcmp(s->out + at, life, sizeof(life)) == 0; at += sizeof(life)) {
        *signs += 1;
    }
    assert_memory_equal(s->out + at, head, sizeof(head));
    assert_int_equal(s->out_length, at + sizeof(head) + length);
}

/* Where the peer takes only part of a sign of life, the rest goes in front of the next message. */
static void what_is_left_of_a_sign_goes_first(void **state)
{
    (void) state;
    for (size_t room = 0; room <= 16; room++) {
        for (size_t later = 0; later <= 16; later += 4) {
            struct script s = {.in_step = 1, .out_room = room};
            size_t signs = 0;
            struct channel *c = open_script(&s);
            channel_beat(c, 0);
            s.out_room = later;
            channel_beat(c, 3600000 * MS);
            s.out_room = 60000;
            assert_int_equal(channel_send(c, "abc", 3, NULL), MPCF_OK);
            check_out(&s, 3, &signs);
            assert_int_equal(signs, room == 0 ? 0 : 1);
            channel_close(c);
        }
    }
}

/* Small rooms, one after another: each call of advance() takes some of it. */
static void a_large_message_goes_around_signs_of_life(void **state)
{
    (void) state;
    uint8_t *data = calloc(1, 50000);
    struct script s = {.in_step = 16, .out_room = 9};
    size_t signs = 0;
    assert_non_null(data);
    for (int i = 0; i < 50; i++) {
        add_head(&s, FRAMING_ALIVE, 0);
    }
    struct channel *c = open_script(&s);
    channel_beat(c, 0);
    s.out_room = 60000;
    assert_int_equal(channel_send(c, data, 50000, NULL), MPCF_OK);
    check_out(&s, 50000, &signs);
    assert_int_equal(signs, 1);
    free(data);
    channel_close(c);
}

/* Else the peer would take them for the rest of the message. */
static void nothing_is_said_amid_a_message(void **state)
{
    (void) state;
    for (size_t room = 1; room < 40; room += 13) {
        uint8_t data[100] = {0};
        struct script s = {.in_step = 1, .out_room = room};
        struct channel *c = open_script(&s);
        channel_set_timeout(c, 20 * MS, NULL);
        assert_int_equal(channel_send(c, data, sizeof(data), NULL), MPCF_E_TIMEOUT);
        s.out_room = 60000;
        channel_beat(c, 0);
        channel_say_end(c, "enough", clock_deadline(20 * MS));
        assert_int_equal(s.out_length, room);
        channel_close(c);
    }
}

/* --- deadlines --- */

static void a_message_that_stalls_ends_and_one_that_drips_goes_on(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    for (size_t come = 0; come < 16 + 6; come += 3) {
        struct script s = {.in_step = 100, .out_room = 60000};
        char got[8] = "", text[64];
        add_message(&s, "abcdef", 0);
        s.in_length = come;
        struct channel *c = open_script(&s);
        int64_t began = clock_now_ns();
        assert_status(MPCF_E_TIMEOUT, channel_recv(c, got, 6, err), err);
        assert_true(clock_now_ns() - began >= TIMEOUT);
        (void) snprintf(text, sizeof(text), "; %zu of 6 bytes were received",
                        come < 16 ? 0 : come - 16);
        assert_message_contains(err, text);
        assert_message_contains(err, "(stages.infer.timeout)");
        channel_close(c);
    }
    struct script s = {.in_step = 1, .out_room = 60000, .drip_ns = PATIENT / 2};
    char got[8] = "";
    add_message(&s, "abcdef", 0);
    struct channel *c = open_script(&s);
    channel_set_timeout(c, PATIENT, NULL);
    int64_t began = clock_now_ns();
    assert_ok(channel_recv(c, got, 6, err), err);
    assert_true(clock_now_ns() - began > 5 * PATIENT);
    assert_string_equal(got, "abcdef");
    channel_close(c);
    mpcf_error_destroy(err);
}

/* --- what is no frame --- */

static void refuse(struct script *s, const char *words)
{
    for (unsigned way = 0; way < 3; way++) {
        for (size_t step = 1; step < 40; step += 6) {
            mpcf_error *err = mpcf_error_create();
            uint8_t got[16], head[CHANNEL_FRAME_BYTES];
            bool came = false;
            s->in_at = s->out_length = 0;
            s->in_step = step;
            s->out_room = 60000;
            struct channel *c = open_script(s);
            mpcf_status status = MPCF_OK;
            if (way == 0) {
                status = channel_recv(c, got, 6, err);
            } else if (way == 1) {
                status = channel_exchange(c, "mine", 4, got, 6, err);
            }
            while (way == 2 && status == MPCF_OK && !came) {
                status = channel_poll(c, got, 6, &came, err);
            }
            assert_status_was(MPCF_E_PROTOCOL, status, err);
            assert_message_contains(err, words);
            /* Who spoke is told by its bytes. */
            assert_int_equal(channel_head(c, head), CHANNEL_FRAME_BYTES);
            assert_status(MPCF_E_PROTOCOL, channel_send(c, "x", 1, err), err);
            channel_close(c);
            mpcf_error_destroy(err);
        }
    }
}

static void frames_of_no_known_kind_are_refused(void **state)
{
    (void) state;
    static const uint64_t heads[][2] = {{FRAMING_RESERVED, 0},
                                        {FRAMING_ALIVE, 1},
                                        {FRAMING_FAREWELL, 0},
                                        {FRAMING_FAREWELL, FRAMING_REASON + 1},
                                        {FRAMING_FAREWELL, UINT64_MAX},
                                        {FRAMING_DROP + 1, 0},
                                        {FRAMING_DROP, 1},
                                        {UINT64_MAX, UINT64_MAX}};
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct script s = {.in_step = 1};
        add_head(&s, heads[i][0], heads[i][1]);
        refuse(&s, "a frame of no known kind");
    }
    struct script wrong = {.in_step = 1}, late = {.in_step = 1}, web = {.in_step = 1};
    add_message(&wrong, "abcdefg", 0);
    refuse(&wrong, "7 bytes as message 0, expected 6");
    add_message(&late, "abcdef", 1);
    refuse(&late, "message number 1, expected 0");
    add(&web, "HTTP/1.1 400 Bad Request", 24);
    refuse(&web, "expected 0");
}

static void reasons_that_are_no_text_are_refused(void **state)
{
    (void) state;
    static const char *const bad[] = {"a\nb", "\x1b[2J", "caf\xc3\xa9", "\x7f", "a\0b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct script s = {.in_step = 1};
        add_farewell(&s, bad[i], i == 4 ? 3 : strlen(bad[i]));
        refuse(&s, "a reason that is no text");
    }
}

/* Endless signs of life keep who only looks no longer than who waits for nothing. */
static void a_poll_ends_whatever_comes(void **state)
{
    (void) state;
    struct script s = {.in_step = 1, .out_room = 60000, .is_endless = true};
    uint8_t got[6];
    bool came = true;
    add_head(&s, FRAMING_ALIVE, 0);
    struct channel *c = open_script(&s);
    assert_int_equal(channel_poll(c, got, 6, &came, NULL), MPCF_OK);
    assert_false(came);
    channel_beat(c, 0);
    channel_say_end(c, "enough", clock_deadline(TIMEOUT));
    channel_wait_end(c, clock_deadline(TIMEOUT));
    channel_close(c);
}

/* The link goes on with the message of the same number; a head that a beat has taken is kept. */
static void a_drop_ends_the_wait_and_not_the_link(void **state)
{
    (void) state;
    for (unsigned beats = 0; beats < 2; beats++) {
        struct script s = {.in_step = 1, .out_room = 60000};
        char got[8] = "";
        add_message(&s, "first", 0);
        add_head(&s, FRAMING_DROP, 0);
        add_message(&s, "second", 1);
        struct channel *c = open_script(&s);
        receive_one(c, 0, "first");
        for (unsigned i = 0; i < 40 * beats; i++) {
            channel_beat(c, TIMEOUT);
        }
        assert_int_equal(channel_recv(c, got, 7, NULL), MPCF_E_CLOSED);
        assert_int_equal(channel_failure(c), MPCF_OK);
        assert_true(channel_take_drop(c));
        assert_false(channel_take_drop(c));
        receive_one(c, 0, "second");
        assert_int_equal(channel_say_drop(c, NULL), MPCF_OK);
        assert_int_equal(channel_send(c, "mine", 4, NULL), MPCF_OK);
        channel_close(c);
    }
}

/* Who sends at the same time would not know how much of it has gone. */
static void a_drop_amid_an_exchange_is_refused(void **state)
{
    (void) state;
    struct script s = {.in_step = 1, .out_room = 60000};
    char got[8] = "";
    add_head(&s, FRAMING_DROP, 0);
    struct channel *c = open_script(&s);
    assert_int_equal(channel_exchange(c, "mine", 4, got, 7, NULL), MPCF_E_PROTOCOL);
    assert_int_equal(channel_failure(c), MPCF_E_PROTOCOL);
    assert_false(channel_take_drop(c));
    channel_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_of_life_may_stand_between_any_two_frames),
        cmocka_unit_test(a_beat_takes_nothing_from_a_message),
        cmocka_unit_test(what_is_left_of_a_sign_goes_first),
        cmocka_unit_test(a_large_message_goes_around_signs_of_life),
        cmocka_unit_test(nothing_is_said_amid_a_message),
        cmocka_unit_test(a_message_that_stalls_ends_and_one_that_drips_goes_on),
        cmocka_unit_test(frames_of_no_known_kind_are_refused),
        cmocka_unit_test(reasons_that_are_no_text_are_refused),
        cmocka_unit_test(a_poll_ends_whatever_comes),
        cmocka_unit_test(a_drop_ends_the_wait_and_not_the_link),
        cmocka_unit_test(a_drop_amid_an_exchange_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
