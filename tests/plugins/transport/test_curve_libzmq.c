/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That it is ZeroMQ's CURVE what zmq-curve speaks: beside libzmq's own PAIR socket, which calls and is called, and
 * whose key is known or not.
 */
#include <stdio.h>
#include <string.h>
#ifdef HAS_LIBZMQ
#include <zmq.h>
#endif

#include "base/clock.h"
#include "support/curve_ends.h"
#include "support/support.h"

#ifdef HAS_LIBZMQ
#define SECOND INT64_C(1000000000)
#define LARGE  ((size_t) 300000)

static int64_t soon(void)
{
    return clock_deadline(20 * SECOND);
}

/* A socket with the pair of ROLE in FOLDER. SERVER: of which role's key it calls; -1: it is called. */
static void *open_pair(void *context, const char *folder, enum role role, int server)
{
    const int limit = 20000, linger = 0, yes = 1;
    uint8_t key[32], secret[32], other[32], unused[32];
    void *socket = zmq_socket(context, ZMQ_PAIR);
    assert_non_null(socket);
    curve_read_pair(folder, role, key, secret);
    (void) zmq_setsockopt(socket, ZMQ_RCVTIMEO, &limit, sizeof(limit));
    (void) zmq_setsockopt(socket, ZMQ_SNDTIMEO, &limit, sizeof(limit));
    (void) zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 32), 0);
    if (server < 0) {
        assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof(yes)), 0);
    } else {
        curve_read_pair(folder, (enum role) server, other, unused);
        assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key, 32), 0);
        assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, other, 32), 0);
    }
    return socket;
}

/* Messages of libzmq are bytes here, in order; what is sent here arrives there as frames. */
static void talk(const mpcf_transport *t, void *conn, void *socket)
{
    static char out[LARGE], in[LARGE];
    for (size_t i = 0; i < LARGE; i++) {
        out[i] = (char) (i * 7 + i / 256);
    }
    assert_int_equal(zmq_send(socket, "abc", 3, 0), 3);
    assert_int_equal(zmq_send(socket, "", 0, ZMQ_SNDMORE), 0);
    assert_int_equal(zmq_send(socket, "de", 2, 0), 2);
    assert_int_equal(zmq_send(socket, out, LARGE, 0), LARGE);
    assert_int_equal(t->recv(conn, in, 5, soon(), NULL), MPCF_OK);
    assert_memory_equal(in, "abcde", 5);
    assert_int_equal(t->recv(conn, in, LARGE, soon(), NULL), MPCF_OK);
    assert_memory_equal(in, out, LARGE);
    memset(in, 0, sizeof(in));
    assert_int_equal(t->send(conn, out, LARGE, soon(), NULL), MPCF_OK);
    for (size_t got = 0; got < LARGE;) {
        int n = zmq_recv(socket, in + got, LARGE - got, 0);
        assert_true(n > 0);
        got += (size_t) n;
    }
    assert_memory_equal(in, out, LARGE);
}

static void it_is_called(void **state)
{
    (void) state;
    void *context = zmq_ctx_new(), *socket = open_pair(context, curve_folders[0], ROLE_DEALER, -1);
    struct curve_open_end o;
    char endpoint[128];
    size_t size = sizeof(endpoint);
    assert_int_equal(zmq_bind(socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    curve_begin(&o, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_USER});
    assert_ok(
        o.t->connect_as(&o.config, o.party, ROLE_DEALER, endpoint + 6, soon(), &o.conn, o.err),
        o.err);
    talk(o.t, o.conn, socket);
    curve_finish(&o); /* says that it ends: a command that libzmq does not know */
    zmq_close(socket);
    zmq_ctx_term(context);
}

static void it_calls(void **state)
{
    (void) state;
    void *context = zmq_ctx_new();
    struct curve_meeting m;
    char endpoint[128], byte = 0, name[200];
    int32_t role = -1;
    curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s", m.address);
    void *socket = open_pair(context, curve_folders[0], ROLE_USER, ROLE_DEALER);
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    curve_accept_one(&m);
    assert_was_ok(m.a.status, m.a.err);
    assert_int_equal(m.a.t->peer_role(m.a.conn, &role, NULL), MPCF_OK);
    assert_int_equal(role, MPCF_ROLE_USER);
    assert_int_equal(m.a.t->peer_identity(m.a.conn, name, sizeof(name), NULL), MPCF_OK);
    print_message("%s\n", name);
    talk(m.a.t, m.a.conn, socket);
    zmq_close(socket);
    assert_status(MPCF_E_CLOSED, m.a.t->recv(m.a.conn, &byte, 1, soon(), m.a.err), m.a.err);
    assert_message_contains(m.a.err, "the peer did not say that it ends");
    curve_part(&m);
    zmq_ctx_term(context);
}

/* What libzmq's monitor says of SOCKET: the first event of a handshake that failed, and its value. */
static uint16_t read_failure(void *monitor, uint32_t *value)
{
    uint16_t event = 0;
    char address[256];
    while ((event & (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)) == 0) {
        uint8_t facts[6];
        assert_int_equal(zmq_recv(monitor, facts, sizeof(facts), 0), sizeof(facts));
        memcpy(&event, facts, 2);
        memcpy(value, facts + 2, 4);
        assert_true(zmq_recv(monitor, address, sizeof(address), 0) >= 0);
    }
    return event;
}

static void an_unknown_key_is_turned_away(void **state)
{
    (void) state;
    static const char *const said[2] = {"it calls with another key of this side than this side has",
                                        "is none of those in"};
    for (unsigned i = 0; i < 2; i++) { /* S is another's; C is */
        void *context = zmq_ctx_new(), *monitor = zmq_socket(context, ZMQ_PAIR);
        const int limit = 20000;
        struct curve_meeting m;
        char endpoint[128];
        uint8_t key[32], secret[32];
        uint32_t value = 0;
        curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
        (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s", m.address);
        void *socket = open_pair(context, curve_folders[1], ROLE_USER, ROLE_DEALER);
        if (i == 1) {
            curve_read_pair(curve_folders[0], ROLE_DEALER, key, secret);
            assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, key, 32), 0);
        }
        assert_int_equal(zmq_socket_monitor(socket, "inproc://events", ZMQ_EVENT_ALL), 0);
        (void) zmq_setsockopt(monitor, ZMQ_RCVTIMEO, &limit, sizeof(limit));
        assert_int_equal(zmq_connect(monitor, "inproc://events"), 0);
        assert_int_equal(zmq_connect(socket, endpoint), 0);
        curve_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, said[i]);
        print_message("%s\n", mpcf_error_text(m.a.err));
        if (i == 1) { /* libzmq knows the code of ZAP, and no other word */
            assert_int_equal(read_failure(monitor, &value), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
            assert_int_equal(value, 400);
        }
        (void) zmq_socket_monitor(socket, NULL, 0);
        zmq_close(monitor);
        zmq_close(socket);
        curve_part(&m);
        zmq_ctx_term(context);
    }
}

/* libzmq says nothing of a key that is not its own, and hangs up; so the caller calls until its deadline. */
static void where_libzmq_hangs_up_that_is_said(void **state)
{
    (void) state;
    void *context = zmq_ctx_new(), *socket = open_pair(context, curve_folders[1], ROLE_DEALER, -1);
    struct curve_open_end o;
    char endpoint[128];
    size_t size = sizeof(endpoint);
    assert_int_equal(zmq_bind(socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    curve_begin(&o, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_USER});
    mpcf_status status = o.t->connect_as(&o.config, o.party, ROLE_DEALER, endpoint + 6,
                                         clock_deadline(SECOND / 2), &o.conn, o.err);
    print_message("%s\n", mpcf_error_text(o.err));
    assert_status_was(MPCF_E_TIMEOUT, status, o.err);
    assert_message_contains(o.err, "CURVE handshake");
    curve_finish(&o);
    zmq_close(socket);
    zmq_ctx_term(context);
}

/* Another mechanism: libzmq without security, and with PLAIN. It hangs up before it has said so, and sometimes
 * before it has said anything. */
static void another_mechanism_is_refused(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PAIR);
        const int linger = 0;
        struct curve_meeting m;
        char endpoint[128];
        curve_listen(&m, &(struct curve_end){CURVE_BY_FILES, curve_folders[0], 0, ROLE_DEALER});
        (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s", m.address);
        (void) zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
        if (i == 1) {
            assert_int_equal(zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, "user", 4), 0);
            assert_int_equal(zmq_setsockopt(socket, ZMQ_PLAIN_PASSWORD, "word", 4), 0);
        }
        assert_int_equal(zmq_connect(socket, endpoint), 0);
        curve_accept_one(&m);
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        print_message("%s\n", mpcf_error_text(m.a.err));
        assert_message_contains(m.a.err, "hung up");
        zmq_close(socket);
        curve_part(&m);
        zmq_ctx_term(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_called),
        cmocka_unit_test(it_calls),
        cmocka_unit_test(an_unknown_key_is_turned_away),
        cmocka_unit_test(where_libzmq_hangs_up_that_is_said),
        cmocka_unit_test(another_mechanism_is_refused),
    };
    return cmocka_run_group_tests(tests, curve_make_folders, curve_drop_folders);
}
#else
static void it_is_left_out(void **state)
{
    (void) state;
    print_message("left out: libzmq is not there\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_left_out)};
    return cmocka_run_group_tests(tests, curve_make_folders, curve_drop_folders);
}
#endif
