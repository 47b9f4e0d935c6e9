/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That it is ZeroMQ what is spoken, beside libzmq's own socket, and what strangers can do with it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef HAS_LIBZMQ
#include <zmq.h>
#endif

#include "base/clock.h"
#include "channel/channel.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND  INT64_C(1000000000)
#define ADDRESS "127.0.0.1:0"

static int64_t soon(void)
{
    return clock_deadline(20 * SECOND);
}

/* --- libzmq --- */

#ifdef HAS_LIBZMQ
#define LARGE ((size_t) 300000)

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

static void *open_pair(void *context)
{
    const int limit = 20000, linger = 0;
    void *socket = zmq_socket(context, ZMQ_PAIR);
    assert_non_null(socket);
    (void) zmq_setsockopt(socket, ZMQ_RCVTIMEO, &limit, sizeof(limit));
    (void) zmq_setsockopt(socket, ZMQ_SNDTIMEO, &limit, sizeof(limit));
    (void) zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
    return socket;
}

static void a_pair_socket_of_libzmq_understands_it(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("zmq");
    void *context = zmq_ctx_new(), *conn = NULL, *listener = NULL;
    char endpoint[128], address[120] = "";
    size_t size = sizeof(endpoint);

    void *socket = open_pair(context);
    assert_int_equal(zmq_bind(socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    assert_int_equal(t.transport->connect(t.config, endpoint + 6, soon(), &conn, NULL), MPCF_OK);
    talk(t.transport, conn, socket);
    t.transport->close(conn);
    zmq_close(socket);

    assert_int_equal(t.transport->listen(t.config, ADDRESS, &listener, NULL), MPCF_OK);
    assert_int_equal(t.transport->bound(listener, address, sizeof(address), NULL), MPCF_OK);
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s", address);
    socket = open_pair(context);
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    assert_int_equal(t.transport->accept(listener, soon(), &conn, NULL), MPCF_OK);
    talk(t.transport, conn, socket);
    zmq_close(socket);
    char byte = 0;
    assert_int_equal(t.transport->recv(conn, &byte, 1, soon(), NULL), MPCF_E_CLOSED);
    t.transport->close(conn);
    t.transport->unlisten(listener);
    zmq_ctx_term(context);
}
#else
static void a_pair_socket_of_libzmq_understands_it(void **state)
{
    (void) state;
    print_message("left out: libzmq is not there\n");
    skip();
}
#endif

/* --- strangers --- */

static int call_plainly(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_port = htons((uint16_t) atoi(strrchr(address, ':') + 1));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *) &to, sizeof(to)), 0);
    return fd;
}

static const char opening[] = "\xff\0\0\0\0\0\0\0\0\x7f\3\0NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\4\x27\5READY\x0bSocket-Type\0\0\0\4PAIR\x08Identity\0\0\0";

struct door {
    struct test_transport t;
    void *listener;
    char address[120];
};

static void open_door(struct door *d)
{
    *d = (struct door){.t = test_transport_load("zmq")};
    const mpcf_transport *t = d->t.transport;
    assert_int_equal(t->listen(d->t.config, ADDRESS, &d->listener, NULL), MPCF_OK);
    assert_int_equal(t->bound(d->listener, d->address, sizeof(d->address), NULL), MPCF_OK);
}

/* Sends TEXT as a stranger; what recv() makes of it. */
static void refuse(struct door *d, const char *text, size_t length, mpcf_status want,
                   const char *words)
{
    mpcf_error *err = mpcf_error_create();
    char got[16];
    void *conn = NULL;
    int fd = call_plainly(d->address);
    assert_int_equal(send(fd, text, length, 0), length);
    (void) shutdown(fd, SHUT_WR);
    assert_ok(d->t.transport->accept(d->listener, soon(), &conn, err), err);
    assert_status(want, d->t.transport->recv(conn, got, sizeof(got), soon(), err), err);
    assert_message_contains(err, words);
    d->t.transport->close(conn);
    (void) close(fd);
    mpcf_error_destroy(err);
}

static void what_is_no_zeromq_is_refused(void **state)
{
    (void) state;
    struct door d;
    char text[200];
    const size_t said = sizeof(opening);
    open_door(&d);
    refuse(&d, "GET / HTTP/1.1\r\n", 16, MPCF_E_PROTOCOL, "47 45 54 20");
    refuse(&d, "SSH-2.0-OpenSSH", 15, MPCF_E_PROTOCOL, "no greeting");
    refuse(&d, "", 0, MPCF_E_CLOSED, "before it was ready to talk");
    refuse(&d, opening, said - 1, MPCF_E_CLOSED, "before it was ready to talk");
    refuse(&d, opening, said, MPCF_E_CLOSED, "closed the connection");
    memcpy(text, opening, said);
    memcpy(text + said, "\2\0\0\0\0\x80\0\0\0", 9); /* 2 GiB */
    refuse(&d, text, said + 9, MPCF_E_PROTOCOL, "a frame that is too long");
    memcpy(text + said, "\4\6\4PING\0", 8);
    refuse(&d, text, said + 8, MPCF_E_PROTOCOL, "a command");
    text[10] = 1;
    refuse(&d, text, said, MPCF_E_PROTOCOL, "another version");
    text[10] = 3;
    memcpy(text + 12, "CURVE", 5);
    refuse(&d, text, said, MPCF_E_PROTOCOL, "security that is not spoken here");
    d.t.transport->unlisten(d.listener);
}

static long resident_kib(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
    (void) fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* As much as a socket takes of a message of endlessly many parts, and of more callers than one. */
static void strangers_get_no_memory(void **state)
{
    (void) state;
    struct door d;
    enum { CALLERS = 16 };
    int fds[CALLERS];
    void *conns[CALLERS] = {NULL};
    struct channel *channels[CALLERS];
    char parts[64 << 10], hello[128];
    open_door(&d);
    for (size_t i = 0; i < sizeof(parts); i += 130) {
        memset(parts + i, 0, sizeof(parts) - i < 130 ? sizeof(parts) - i : 130);
        parts[i] = 1;
        parts[i + 1 < sizeof(parts) ? i + 1 : i] = (char) 128;
    }
    for (size_t i = 0; i < CALLERS; i++) {
        fds[i] = call_plainly(d.address);
        assert_int_equal(d.t.transport->accept(d.listener, soon(), &conns[i], NULL), MPCF_OK);
        assert_int_equal(channel_create(d.t.transport, conns[i], SECOND, &channels[i], NULL),
                         MPCF_OK);
    }
    long before = resident_kib();
    size_t sent = 0;
    for (size_t i = 0; i < CALLERS; i++) {
        bool came = false;
        assert_int_equal(send(fds[i], opening, sizeof(opening), 0), sizeof(opening));
        for (int k = 0; k < 100; k++) {
            ssize_t n = send(fds[i], parts, sizeof(parts) / 130 * 130, MSG_DONTWAIT);
            sent += n > 0 ? (size_t) n : 0;
        }
        (void) channel_poll(channels[i], hello, sizeof(hello), &came, NULL);
        assert_false(came);
    }
    print_message("%zu KiB sent, %ld KiB more here\n", sent >> 10, resident_kib() - before);
    assert_true(resident_kib() - before < CALLERS * 16);
    for (size_t i = 0; i < CALLERS; i++) {
        channel_close(channels[i]);
        (void) close(fds[i]);
    }
    d.t.transport->unlisten(d.listener);
}

/* Who says nothing keeps nobody else waiting. */
static void a_silent_caller_is_let_in_at_once(void **state)
{
    (void) state;
    struct door d;
    void *silent = NULL, *conns[2] = {NULL, NULL};
    char text[5] = "";
    open_door(&d);
    int fd = call_plainly(d.address);
    int64_t began = clock_now_ns();
    const mpcf_transport *t = d.t.transport;
    assert_int_equal(t->accept(d.listener, soon(), &silent, NULL), MPCF_OK);
    assert_int_equal(t->connect(d.t.config, d.address, soon(), &conns[1], NULL), MPCF_OK);
    assert_int_equal(t->accept(d.listener, soon(), &conns[0], NULL), MPCF_OK);
    assert_int_equal(t->send(conns[1], "hello", 5, soon(), NULL), MPCF_OK);
    assert_int_equal(t->recv(conns[0], text, 5, soon(), NULL), MPCF_OK);
    assert_true(clock_now_ns() - began < 2 * SECOND);
    assert_int_equal(t->recv(silent, text, 1, 0, NULL), MPCF_E_TIMEOUT);
    t->close(silent);
    t->close(conns[0]);
    t->close(conns[1]);
    (void) close(fd);
    t->unlisten(d.listener);
}

/* --- ends --- */

static void a_process_that_ends_is_noticed(void **state)
{
    (void) state;
    struct door d;
    void *conn = NULL;
    char text[10];
    open_door(&d);
    pid_t child = fork();
    if (child == 0) {
        (void) d.t.transport->connect(d.t.config, d.address, soon(), &conn, NULL);
        (void) d.t.transport->send(conn, "last words", 10, soon(), NULL);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(d.t.transport->accept(d.listener, soon(), &conn, NULL), MPCF_OK);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(d.t.transport->recv(conn, text, 10, soon(), NULL), MPCF_OK);
    assert_memory_equal(text, "last words", 10);
    assert_int_equal(d.t.transport->recv(conn, text, 10, soon(), NULL), MPCF_E_CLOSED);
    d.t.transport->close(conn);
    d.t.transport->unlisten(d.listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_ends_is_noticed),
        cmocka_unit_test(what_is_no_zeromq_is_refused),
        cmocka_unit_test(strangers_get_no_memory),
        cmocka_unit_test(a_silent_caller_is_let_in_at_once),
        cmocka_unit_test(a_pair_socket_of_libzmq_understands_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
