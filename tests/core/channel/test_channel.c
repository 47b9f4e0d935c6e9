/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND INT64_C(1000000000)
#define LARGE  ((size_t) 24 << 20)

static void make_pair(struct channel *channels[2], int64_t timeout_ns)
{
    struct test_transport t = test_transport_load("loopback");
    test_channel_pair(&t, "auto", timeout_ns, channels);
}

static void close_pair(struct channel *channels[2])
{
    channel_close(channels[0]);
    channel_close(channels[1]);
}

static void messages_are_metered_with_their_frames(void **state)
{
    (void) state;
    struct channel *c[2];
    char data[1000] = "abc", got[1000];
    make_pair(c, 10 * SECOND);
    assert_int_equal(channel_send(c[0], data, 1000, NULL), MPCF_OK);
    assert_int_equal(channel_send(c[0], data, 0, NULL), MPCF_OK);
    assert_int_equal(channel_send(c[0], data, 1, NULL), MPCF_OK);
    assert_int_equal(channel_recv(c[1], got, 1000, NULL), MPCF_OK);
    assert_int_equal(channel_recv(c[1], got, 0, NULL), MPCF_OK);
    assert_int_equal(channel_recv(c[1], got, 1, NULL), MPCF_OK);
    assert_int_equal(channel_meter(c[0]).sent_bytes, 1001 + 2 * CHANNEL_FRAME_BYTES);
    assert_int_equal(channel_meter(c[0]).sent_messages, 2);
    assert_int_equal(channel_meter(c[0]).received_bytes, 0);
    assert_int_equal(channel_meter(c[1]).received_bytes, 1001 + 2 * CHANNEL_FRAME_BYTES);
    assert_int_equal(channel_meter(c[1]).received_messages, 2);
    assert_non_null(strstr(channel_identity(c[0]), "user"));
    close_pair(c);
}

struct other_end {
    struct channel *channel;
    uint8_t *out, *in;
    size_t out_length, in_length;
    mpcf_status status;
};

static void *exchange_other(void *context)
{
    struct other_end *o = context;
    o->status = channel_exchange(o->channel, o->out, o->out_length, o->in, o->in_length, NULL);
    return NULL;
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

/* FIRST bytes against SECOND; the contents must cross. */
static void exchange_and_compare(struct channel *c[2], size_t first, size_t second)
{
    struct other_end o = {.channel = c[1], .out_length = second, .in_length = first};
    uint8_t *out = pattern(first, 7), *in = pattern(second, 0);
    pthread_t thread;
    o.out = pattern(second, 13);
    o.in = pattern(first, 0);
    assert_int_equal(pthread_create(&thread, NULL, exchange_other, &o), 0);
    assert_int_equal(channel_exchange(c[0], out, first, in, second, NULL), MPCF_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(o.status, MPCF_OK);
    assert_memory_equal(in, o.out, second);
    assert_memory_equal(out, o.in, first);
    mpcf_free(out);
    mpcf_free(in);
    mpcf_free(o.out);
    mpcf_free(o.in);
}

static void exchange_lengths(struct channel *c[2])
{
    static const size_t lengths[][2] = {{1, 1},         {0, 5},     {5, 0},     {65536, 65536},
                                        {65537, 1},     {3, 65537}, {9, LARGE}, {70000, 70000},
                                        {LARGE, LARGE}, {LARGE, 9}};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        exchange_and_compare(c, lengths[i][0], lengths[i][1]);
    }
}

static void both_directions_of_any_length_cross(void **state)
{
    (void) state;
    struct channel *c[2];
    make_pair(c, 30 * SECOND);
    exchange_lengths(c);
    close_pair(c);
}

static void make_faulty_pair(struct channel *c[2], const struct test_faults *faults)
{
    /* Who has no advance() is sent to and received from at once, which loopback need not bear. */
    struct test_transport t = test_transport_load(faults->hide_exchange ? "tcp" : "loopback");
    void *conns[2], *wrapped = NULL;
    test_transport_pair(&t, faults->hide_exchange ? "127.0.0.1:0" : "auto", conns);
    const mpcf_transport *faulty = test_transport_faulty(t.transport, conns[0], faults, &wrapped);
    assert_int_equal(channel_create(faulty, wrapped, 10 * SECOND, &c[0], NULL), MPCF_OK);
    assert_int_equal(channel_create(t.transport, conns[1], 10 * SECOND, &c[1], NULL), MPCF_OK);
}

static void a_transport_without_exchange_is_helped_by_a_thread(void **state)
{
    (void) state;
    struct channel *c[2];
    make_faulty_pair(c, &(struct test_faults){.hide_exchange = true});
    exchange_lengths(c);
    close_pair(c);
}

static void a_wrong_length_ends_the_channel_at_once(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t *large = mpcf_alloc_array(LARGE, 1);
    struct channel *c[2];
    make_pair(c, 10 * SECOND);
    channel_set_peer(c[1], "user", "127.0.0.1:9");
    int64_t start = clock_now_ns();
    assert_int_equal(channel_send(c[0], large, 100, NULL), MPCF_OK);
    assert_status(MPCF_E_PROTOCOL, channel_exchange(c[1], large, 100, large, 101, err), err);
    assert_message_contains(err, "100 bytes");
    assert_message_contains(err, "expected 101");
    assert_message_contains(err, "user");
    assert_status(MPCF_E_PROTOCOL, channel_send(c[1], large, 1, err), err);
    assert_message_contains(err, "failed before");
    assert_true(clock_now_ns() - start < 5 * SECOND);
    close_pair(c);
    mpcf_free(large);
    mpcf_error_destroy(err);
}

static void a_poll_takes_what_has_come(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    void *conns[2];
    struct channel *c = NULL;
    uint8_t wire[20] = {4, [16] = 'a', 'b', 'c', 'd'}, data[4] = {0}, head[CHANNEL_FRAME_BYTES];
    bool came = true;
    test_transport_pair(&t, "auto", conns);
    assert_int_equal(channel_create(t.transport, conns[0], SECOND, &c, NULL), MPCF_OK);
    assert_int_equal(channel_poll(c, data, 4, &came, NULL), MPCF_OK);
    for (size_t i = 0; i < sizeof(wire); i++) {
        assert_false(came);
        assert_int_equal(channel_head(c, head), i < 16 ? i : 16);
        assert_int_equal(t.transport->send(conns[1], wire + i, 1, clock_deadline(SECOND), NULL),
                         MPCF_OK);
        assert_int_equal(channel_poll(c, data, 4, &came, NULL), MPCF_OK);
    }
    assert_true(came);
    assert_memory_equal(data, "abcd", 4);
    assert_int_equal(channel_meter(c).received_bytes, 20);
    t.transport->close(conns[1]);
    assert_int_equal(channel_poll(c, data, 4, &came, NULL), MPCF_E_CLOSED);
    channel_close(c);
}

static void a_message_out_of_turn_is_refused(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    mpcf_error *err = mpcf_error_create();
    void *conns[2];
    struct channel *c = NULL;
    uint8_t head[CHANNEL_FRAME_BYTES] = {4, 0, 0, 0, 0, 0, 0, 0, 1}, data[4] = {0};
    test_transport_pair(&t, "auto", conns);
    assert_ok(channel_create(t.transport, conns[0], 10 * SECOND, &c, err), err);
    assert_int_equal(t.transport->send(conns[1], head, 16, clock_deadline(SECOND), NULL), MPCF_OK);
    assert_status(MPCF_E_PROTOCOL, channel_recv(c, data, 4, err), err);
    assert_message_contains(err, "message number 1, expected 0");
    channel_close(c);
    t.transport->close(conns[1]);
    mpcf_error_destroy(err);
}

static void a_silent_peer_times_out(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct channel *c[2];
    uint8_t *large = mpcf_alloc_array(LARGE, 1);
    make_pair(c, SECOND / 5);
    int64_t start = clock_now_ns();
    assert_status(MPCF_E_TIMEOUT, channel_recv(c[0], large, 4, err), err);
    assert_status(MPCF_E_TIMEOUT, channel_send(c[1], large, LARGE, err), err);
    assert_true(clock_now_ns() - start < 3 * SECOND);
    close_pair(c);
    make_pair(c, SECOND / 5);
    assert_status(MPCF_E_TIMEOUT, channel_exchange(c[0], large, LARGE, large, 4, err), err);
    close_pair(c);
    mpcf_free(large);
    mpcf_error_destroy(err);
}

static void a_dead_peer_is_reported(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct channel *c[2];
    char data[4] = {0}, got[4];
    make_pair(c, 10 * SECOND);
    channel_close(c[0]);
    assert_status(MPCF_E_CLOSED, channel_exchange(c[1], data, 4, got, 4, err), err);
    channel_close(c[1]);
    channel_close(NULL);
    mpcf_error_destroy(err);
}

/* Calls of the faulty end: head, content, and the answer. */
static void a_fault_at_any_call_is_passed_on(void **state)
{
    (void) state;
    char data[4] = {0};
    mpcf_error *err = mpcf_error_create();
    for (size_t at = 1; at <= 3; at++) {
        struct channel *c[2];
        make_faulty_pair(c, &(struct test_faults){.fail_at = at, .status = MPCF_E_IO});
        assert_int_equal(channel_send(c[1], data, 4, NULL), MPCF_OK);
        assert_int_equal(channel_recv(c[0], data, 4, err), at <= 2 ? MPCF_E_IO : MPCF_OK);
        assert_int_equal(channel_send(c[0], data, 4, err), MPCF_E_IO);
        close_pair(c);
    }
    mpcf_error_destroy(err);
}

/* A peer that takes nothing until this side listens, and ends as soon as it has taken a piece. */
static mpcf_status take_and_end(void *conn, const void *out, size_t *out_length, void *in,
                                size_t *in_length, int64_t deadline, mpcf_error *err)
{
    (void) conn, (void) out, (void) in, (void) deadline;
    if (*in_length == 0) {
        *out_length = 0;
        return MPCF_E_TIMEOUT;
    }
    *in_length = 0;
    return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
}

static void who_has_all_may_end_at_once(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t *data = mpcf_alloc_array(LARGE, 1);
    struct test_transport t = test_transport_load("loopback");
    mpcf_transport ending = *t.transport;
    struct channel *c = NULL;
    void *conns[2];
    ending.advance = take_and_end;
    test_transport_pair(&t, "auto", conns);
    assert_ok(channel_create(&ending, conns[0], SECOND, &c, err), err);
    assert_ok(channel_send(c, data, 4, err), err);
    assert_ok(channel_failure(c), err);
    assert_status(MPCF_E_CLOSED, channel_exchange(c, data, 4, data, 4, err), err);
    channel_close(c);
    t.transport->close(conns[1]);
    test_transport_pair(&t, "auto", conns);
    assert_ok(channel_create(&ending, conns[0], SECOND, &c, err), err);
    assert_status(MPCF_E_CLOSED, channel_send(c, data, LARGE, err),
                  err); /* it has the head alone */
    channel_close(c);
    t.transport->close(conns[1]);
    mpcf_free(data);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_metered_with_their_frames),
        cmocka_unit_test(both_directions_of_any_length_cross),
        cmocka_unit_test(a_transport_without_exchange_is_helped_by_a_thread),
        cmocka_unit_test(a_wrong_length_ends_the_channel_at_once),
        cmocka_unit_test(a_poll_takes_what_has_come),
        cmocka_unit_test(a_message_out_of_turn_is_refused),
        cmocka_unit_test(a_silent_peer_times_out),
        cmocka_unit_test(a_dead_peer_is_reported),
        cmocka_unit_test(a_fault_at_any_call_is_passed_on),
        cmocka_unit_test(who_has_all_may_end_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
