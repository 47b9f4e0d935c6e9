/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that is busy is not dead, one that is frozen is, and one that ends says why; over each kind
 * of transport.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "channel/channel.h"
#include "channel/heartbeat.h"
#include "support/queue.h"
#include "support/support.h"
#include "support/transports.h"

#define MS       INT64_C(1000000)
#define TIMEOUT  (600 * MS)
#define LARGE    ((size_t) 12 << 20)
#define KEY      "stages.infer.timeout"
#define TO_SPARE 3 /* times a deadline, on a machine that does much else */

/* --- pairs over each kind of transport --- */

static const char *const kinds[] = {"loopback", "messages", "stream without advance()"};
enum { KINDS = 3 };

static const mpcf_transport *connect_ends(size_t kind, void *conns[2])
{
    if (kind != 0) {
        return test_queue_pair(kind == 1, conns);
    }
    struct test_transport t = test_transport_load("loopback");
    test_transport_pair(&t, "auto", conns);
    return t.transport;
}

static void make_pair(size_t kind, struct channel *c[2])
{
    void *conns[2];
    const mpcf_transport *t = connect_ends(kind, conns);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(channel_create(t, conns[i], TIMEOUT, &c[i], NULL), MPCF_OK);
        channel_set_timeout(c[i], TIMEOUT, KEY);
        channel_set_peer(c[i], i == 0 ? "dealer" : "user", i == 0 ? "127.0.0.1:9002" : NULL);
    }
}

static void close_pair(struct channel *c[2])
{
    channel_close(c[0]);
    channel_close(c[1]);
}

/* The other end's part, in a thread. */
struct part {
    struct channel *channel;
    int64_t pause_ns; /* before it */
    bool has_pulse;
    uint8_t *out, *in;
    size_t out_length, in_length;
    bool in_turn; /* receives before it sends */
    mpcf_status status;
    pthread_t thread;
};

static mpcf_status act(struct part *p)
{
    if (!p->in_turn) {
        return channel_exchange(p->channel, p->out, p->out_length, p->in, p->in_length, NULL);
    }
    mpcf_status status = channel_recv(p->channel, p->in, p->in_length, NULL);
    return status == MPCF_OK ? channel_send(p->channel, p->out, p->out_length, NULL) : status;
}

static void *run_part(void *context)
{
    struct part *p = context;
    struct heartbeat *heartbeat = NULL;
    p->status = MPCF_OK;
    if (p->has_pulse) {
        p->status = heartbeat_start(&p->channel, 1, TIMEOUT, &heartbeat, NULL);
    }
    clock_pause(p->pause_ns);
    if (p->status == MPCF_OK) {
        p->status = act(p);
    }
    heartbeat_stop(heartbeat);
    return NULL;
}

static void start(struct part *p)
{
    assert_int_equal(pthread_create(&p->thread, NULL, run_part, p), 0);
}

static mpcf_status join(struct part *p)
{
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    return p->status;
}

static uint8_t *pattern(size_t length, size_t factor)
{
    uint8_t *data = mpcf_alloc_array(length + 1, 1);
    assert_non_null(data);
    for (size_t i = 0; i < length; i++) {
        data[i] = (uint8_t) (i * factor + i / 256);
    }
    return data;
}

/* --- busy --- */

static void a_peer_that_computes_for_long_is_waited_for(void **state)
{
    (void) state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct channel *c[2];
        uint8_t got[4], out[4] = "abc";
        make_pair(kind, c);
        struct part p = {.channel = c[1],
                         .pause_ns = TO_SPARE * TIMEOUT,
                         .has_pulse = true,
                         .out = out,
                         .out_length = 4};
        start(&p);
        assert_int_equal(channel_recv(c[0], got, 4, NULL), MPCF_OK);
        assert_int_equal(join(&p), MPCF_OK);
        assert_memory_equal(got, "abc", 4);
        /* Nothing but messages is counted. */
        assert_int_equal(channel_meter(c[1]).sent_bytes, 4 + CHANNEL_FRAME_BYTES);
        assert_int_equal(channel_meter(c[0]).received_bytes, 4 + CHANNEL_FRAME_BYTES);
        close_pair(c);
    }
}

/* The large message waits until the other is ready for it, which lives all the while. A stream
 * without advance() cannot listen while it sends. */
static void a_sender_hears_that_the_peer_lives(void **state)
{
    (void) state;
    for (size_t kind = 0; kind < 2; kind++) {
        struct channel *c[2];
        uint8_t *data = pattern(LARGE, 3), *got = pattern(LARGE, 0), small[2];
        make_pair(kind, c);
        struct part p = {.channel = c[1],
                         .pause_ns = TO_SPARE * TIMEOUT,
                         .has_pulse = true,
                         .in = got,
                         .in_length = LARGE,
                         .out = small,
                         .out_length = 2};
        memcpy(small, "x", 2);
        start(&p);
        assert_int_equal(channel_send(c[0], data, LARGE, NULL), MPCF_OK);
        assert_int_equal(channel_recv(c[0], small, 2, NULL), MPCF_OK); /* may have come before */
        assert_int_equal(join(&p), MPCF_OK);
        assert_memory_equal(data, got, LARGE);
        mpcf_free(data);
        mpcf_free(got);
        close_pair(c);
    }
}

/* Both directions, where one end takes in all before it sends, and has all of the other's. */
static void an_exchange_goes_with_a_peer_that_takes_turns(void **state)
{
    (void) state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (unsigned turn = 0; turn < 2; turn++) {
            struct channel *c[2];
            uint8_t *out[2] = {pattern(LARGE, 3), pattern(LARGE, 5)};
            uint8_t *in[2] = {pattern(LARGE, 0), pattern(LARGE, 0)};
            make_pair(kind, c);
            channel_set_timeout(c[0], 20 * TIMEOUT, KEY);
            channel_set_timeout(c[1], 20 * TIMEOUT, KEY);
            struct part p = {.channel = c[1],
                             .out = out[1],
                             .in = in[1],
                             .out_length = LARGE,
                             .in_length = LARGE,
                             .in_turn = turn == 1};
            start(&p);
            assert_int_equal(channel_exchange(c[0], out[0], LARGE, in[0], LARGE, NULL), MPCF_OK);
            assert_int_equal(join(&p), MPCF_OK);
            assert_memory_equal(out[0], in[1], LARGE);
            assert_memory_equal(out[1], in[0], LARGE);
            for (size_t i = 0; i < 2; i++) {
                mpcf_free(out[i]);
                mpcf_free(in[i]);
            }
            close_pair(c);
        }
    }
}

static void a_frozen_peer_ends_the_wait(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t *data = pattern(LARGE, 3), got[8];
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct channel *c[2];
        make_pair(kind, c);
        int64_t began = clock_now_ns();
        assert_status(MPCF_E_TIMEOUT, channel_recv(c[0], got, 8, err), err);
        assert_true(clock_now_ns() - began >= TIMEOUT);
        assert_true(clock_now_ns() - began < TO_SPARE * TIMEOUT);
        assert_message_contains(err, "the dealer at 127.0.0.1:9002");
        assert_message_contains(err, "no sign of life for 0.6 s (" KEY ")");
        assert_message_contains(err, "0 of 8 bytes were received");
        assert_status(MPCF_E_TIMEOUT, channel_send(c[1], data, LARGE, err), err);
        assert_message_contains(err, "sending to the user: no sign of life");
        assert_message_contains(err, "12582912 bytes were sent");
        close_pair(c);
    }
    mpcf_free(data);
    mpcf_error_destroy(err);
}

/* Who waits for the other shows no life to it: two that wait for each other find out. */
static void two_that_wait_for_each_other_end(void **state)
{
    (void) state;
    struct channel *c[2];
    struct heartbeat *heartbeat = NULL;
    uint8_t got[2][8];
    make_pair(0, c);
    assert_int_equal(heartbeat_start(&c[0], 1, TIMEOUT, &heartbeat, NULL), MPCF_OK);
    struct part p = {.channel = c[1], .has_pulse = true, .in = got[1], .in_length = 8};
    start(&p);
    assert_int_equal(channel_recv(c[0], got[0], 8, NULL), MPCF_E_TIMEOUT);
    assert_int_equal(join(&p), MPCF_E_TIMEOUT);
    heartbeat_stop(heartbeat);
    close_pair(c);
}

struct later {
    int64_t at;
    pthread_t thread;
};

static void *interrupt_later(void *context)
{
    struct later *l = context;
    clock_pause(100 * MS);
    l->at = clock_now_ns();
    interrupt_set();
    return NULL;
}

/* Also where the transport knows nothing of signals; a stream without advance() in what it can wait
 * for byte by byte. */
static void a_signal_ends_a_wait(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    for (size_t kind = 0; kind < KINDS; kind++) {
        void *conns[2];
        uint8_t got[8];
        struct channel *c = NULL;
        const mpcf_transport *t = connect_ends(kind, conns);
        assert_int_equal(channel_create(t, conns[0], 20 * TIMEOUT, &c, NULL), MPCF_OK);
        struct later l = {.at = 0};
        assert_int_equal(pthread_create(&l.thread, NULL, interrupt_later, &l), 0);
        assert_status(MPCF_E_INTERRUPTED, channel_recv(c, got, 8, err), err);
        int64_t ended = clock_now_ns();
        assert_int_equal(pthread_join(l.thread, NULL), 0);
        interrupt_clear();
        print_message("%s: %.0f ms\n", kinds[kind], (double) (ended - l.at) * 1e-6);
        assert_true(ended - l.at < 1000 * MS);
        channel_close(c);
        t->close(conns[1]);
    }
    mpcf_error_destroy(err);
}

/* --- the end --- */

static void who_ends_says_why(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t *data = pattern(LARGE, 3), got[8];
    char longer[600];
    memset(longer, 'y', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct channel *c[2];
        make_pair(kind, c);
        channel_say_end(c[1], "disk\nfull", clock_deadline(TIMEOUT));
        assert_status(MPCF_E_CLOSED, channel_recv(c[0], got, 8, err), err);
        assert_string_equal(mpcf_error_text(err), "the dealer ended the run, saying: disk?full");
        assert_status(MPCF_E_CLOSED, channel_send(c[0], got, 8, err), err);
        assert_status(MPCF_E_CLOSED, channel_send(c[1], got, 8, err), err);
        close_pair(c);
        make_pair(kind, c);
        channel_say_end(c[1], longer, clock_deadline(TIMEOUT));
        assert_status(MPCF_E_CLOSED, channel_recv(c[0], got, 8, err), err);
        assert_message_contains(err, "yyyyyyyy...");
        close_pair(c);
    }
    mpcf_free(data);
    mpcf_error_destroy(err);
}

/* What it had sent before stands in between, and nobody reads any more. */
static void a_sender_hears_why_the_peer_has_ended(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t *data = pattern(LARGE, 3), small[1000] = {0};
    for (size_t kind = 0; kind < 2; kind++) {
        struct channel *c[2];
        make_pair(kind, c);
        assert_int_equal(channel_send(c[1], small, sizeof(small), NULL), MPCF_OK);
        assert_int_equal(channel_send(c[1], small, 3, NULL), MPCF_OK);
        channel_say_end(c[1], "no space left", clock_deadline(TIMEOUT));
        channel_close(c[1]);
        assert_status(MPCF_E_CLOSED, channel_send(c[0], data, LARGE, err), err);
        assert_string_equal(mpcf_error_text(err),
                            "the dealer ended the run, saying: no space left");
        channel_close(c[0]);
    }
    mpcf_free(data);
    mpcf_error_destroy(err);
}

/* A farewell within a message would be taken for its content. */
static void nothing_is_said_within_a_message(void **state)
{
    (void) state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct channel *c[2];
        uint8_t *data = pattern(LARGE, 3), *got = pattern(LARGE, 0);
        make_pair(kind, c);
        assert_int_equal(channel_send(c[1], data, LARGE, NULL), MPCF_E_TIMEOUT);
        channel_say_end(c[1], "too late", clock_deadline(TIMEOUT));
        int64_t began = clock_now_ns();
        channel_wait_end(c[1], clock_deadline(60000 * MS));
        assert_true(clock_now_ns() - began < TIMEOUT);
        channel_close(c[1]);
        mpcf_error *err = mpcf_error_create();
        assert_status(MPCF_E_CLOSED, channel_recv(c[0], got, LARGE, err), err);
        assert_message_contains(err, "receiving from the dealer");
        mpcf_error_destroy(err);
        channel_close(c[0]);
        mpcf_free(data);
        mpcf_free(got);
    }
}

/* Two that fail at once do not wait for each other. */
static void *end_too(void *context)
{
    struct channel *c = context;
    channel_say_end(c, "so do I", clock_deadline(TIMEOUT));
    channel_wait_end(c, clock_deadline(60000 * MS));
    return NULL;
}

static void two_farewells_meet(void **state)
{
    (void) state;
    struct channel *c[2];
    pthread_t thread;
    make_pair(0, c);
    int64_t began = clock_now_ns();
    assert_int_equal(pthread_create(&thread, NULL, end_too, c[1]), 0);
    (void) end_too(c[0]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(clock_now_ns() - began < TIMEOUT * TO_SPARE);
    close_pair(c);
}

/* --- the heartbeat's thread --- */

/* How many threads block signal 15. */
static size_t count_deaf(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t blocking = 0;
    assert_non_null(tasks);
    for (const struct dirent *d = readdir(tasks); d != NULL; d = readdir(tasks)) {
        char path[300], line[128];
        (void) snprintf(path, sizeof(path), "/proc/self/task/%s/status", d->d_name);
        FILE *file = d->d_name[0] == '.' ? NULL : fopen(path, "re");
        while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
            if (strncmp(line, "SigBlk:", 7) == 0) {
                blocking += (strtoull(line + 7, NULL, 16) >> 14 & 1) != 0;
            }
        }
        if (file != NULL) {
            (void) fclose(file);
        }
    }
    (void) closedir(tasks);
    return blocking;
}

static void a_pulse_takes_no_signals(void **state)
{
    (void) state;
    struct channel *c[2];
    struct heartbeat *heartbeat = NULL;
    make_pair(0, c);
    size_t before = count_deaf();
    assert_int_equal(heartbeat_start(c, 2, TIMEOUT, &heartbeat, NULL), MPCF_OK);
    clock_pause(100 * MS); /* one that begins blocks all, whatever it is told */
    assert_int_equal(count_deaf(), before + 1);
    int64_t began = clock_now_ns();
    heartbeat_stop(heartbeat);
    heartbeat_stop(NULL);
    assert_true(clock_now_ns() - began < TIMEOUT);
    close_pair(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_computes_for_long_is_waited_for),
        cmocka_unit_test(a_sender_hears_that_the_peer_lives),
        cmocka_unit_test(an_exchange_goes_with_a_peer_that_takes_turns),
        cmocka_unit_test(a_frozen_peer_ends_the_wait),
        cmocka_unit_test(two_that_wait_for_each_other_end),
        cmocka_unit_test(a_signal_ends_a_wait),
        cmocka_unit_test(who_ends_says_why),
        cmocka_unit_test(a_sender_hears_why_the_peer_has_ended),
        cmocka_unit_test(nothing_is_said_within_a_message),
        cmocka_unit_test(two_farewells_meet),
        cmocka_unit_test(a_pulse_takes_no_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
