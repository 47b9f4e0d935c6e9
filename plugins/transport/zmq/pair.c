/* SPDX-License-Identifier: Apache-2.0 */
/* How messages travel over one connection, and how the end of the peer is noticed. */
#include "pair.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include <mpcf/transport.h>

#include "../stream/stream.h"

#define MONITOR    "inproc://monitor"
#define LINGER_MS  1000
#define PORT_TRIES 1000
/* A lost connection stays lost. Never (-1) would do it too, but then libzmq ends the pipe of the
 * side that connected at once, with what the peer had sent before it closed. */
#define RECONNECT_MS INT_MAX

struct pair {
    void *context, *socket;
    void *monitor; /* events of SOCKET */
    bool gone;     /* the peer is; what it sent before can still be received */
};

static mpcf_status fail_zmq(const char *doing, mpcf_error *err)
{
    int error = zmq_errno();
    mpcf_status status = error == ENOMEM ? MPCF_E_NOMEM : MPCF_E_IO;
    return mpcf_fail(err, status, "%s: %s", doing, zmq_strerror(error));
}

static int bounded(uint64_t value)
{
    return value > INT_MAX ? INT_MAX : (int) value;
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0;
}

static bool set_options(void *socket, const struct zmq_config *c, const char *host)
{
    int64_t largest = c->max_message > INT64_MAX ? -1 : (int64_t) c->max_message;
    bool good = set_int(socket, ZMQ_LINGER, LINGER_MS) &&
                set_int(socket, ZMQ_IPV6, host[0] == '[') &&
                set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
                set_int(socket, ZMQ_SNDHWM, (int) c->queue) &&
                set_int(socket, ZMQ_RCVHWM, (int) c->queue) &&
                zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest)) == 0;
    if (good && c->heartbeat > 0) {
        good = set_int(socket, ZMQ_HEARTBEAT_IVL, (int) (c->heartbeat / 1000000)) &&
               set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, (int) (c->heartbeat_timeout / 1000000));
    }
    if (good && c->send_buffer != 0) {
        good = set_int(socket, ZMQ_SNDBUF, bounded(c->send_buffer));
    }
    if (good && c->receive_buffer != 0) {
        good = set_int(socket, ZMQ_RCVBUF, bounded(c->receive_buffer));
    }
    return good;
}

static bool watch(struct pair *p)
{
    if (zmq_socket_monitor(p->socket, MONITOR, ZMQ_EVENT_DISCONNECTED) != 0) {
        return false;
    }
    p->monitor = zmq_socket(p->context, ZMQ_PAIR);
    return p->monitor != NULL && set_int(p->monitor, ZMQ_LINGER, 0) &&
           zmq_connect(p->monitor, MONITOR) == 0;
}

static mpcf_status pair_create(const struct zmq_config *config, const char *host, struct pair **out,
                               mpcf_error *err)
{
    struct pair *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a connection");
    }
    p->context = zmq_ctx_new();
    p->socket = p->context == NULL ? NULL : zmq_socket(p->context, ZMQ_PAIR);
    if (p->socket == NULL || !set_options(p->socket, config, host) || !watch(p)) {
        mpcf_status status = fail_zmq("making a PAIR socket", err);
        pair_close(p);
        return status;
    }
    *out = p;
    return MPCF_OK;
}

void pair_end_context(void *context)
{
    while (context != NULL && zmq_ctx_term(context) != 0 && zmq_errno() == EINTR) {
    }
}

void pair_close(struct pair *p)
{
    if (p == NULL) {
        return;
    }
    if (p->socket != NULL) {
        (void) zmq_socket_monitor(p->socket, NULL, 0);
        (void) zmq_close(p->socket);
    }
    if (p->monitor != NULL) {
        (void) zmq_close(p->monitor);
    }
    pair_end_context(p->context);
    free(p);
}

static bool bind_port(void *socket, const char *host, unsigned port)
{
    char endpoint[128];
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s:%u", host, port);
    return zmq_bind(socket, endpoint) == 0;
}

/* The first free port of those the options allow. */
static bool bind_some_port(void *socket, const char *host, unsigned first)
{
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        if (bind_port(socket, host, first == 0 ? 0 : first + i)) {
            return true;
        }
        if (first == 0 || zmq_errno() != EADDRINUSE || first + i == 65535) {
            return false;
        }
    }
    return false;
}

static unsigned bound_port(void *socket)
{
    char endpoint[128] = "";
    size_t size = sizeof(endpoint);
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0) {
        return 0;
    }
    const char *colon = strrchr(endpoint, ':');
    return colon == NULL ? 0 : (unsigned) strtoul(colon + 1, NULL, 10);
}

mpcf_status pair_bind(const struct zmq_config *config, const char *host, unsigned *port,
                      struct pair **out, mpcf_error *err)
{
    struct pair *p = NULL;
    MPCF_TRY(pair_create(config, host, &p, err));
    if (!bind_some_port(p->socket, host, (unsigned) config->first_port)) {
        mpcf_status status = fail_zmq("finding a port for a connection", err);
        pair_close(p);
        return status;
    }
    *port = bound_port(p->socket);
    *out = p;
    return MPCF_OK;
}

mpcf_status pair_connect(const struct zmq_config *config, const char *host, unsigned port,
                         struct pair **out, mpcf_error *err)
{
    char endpoint[128];
    struct pair *p = NULL;
    MPCF_TRY(pair_create(config, host, &p, err));
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s:%u", host, port);
    if (zmq_connect(p->socket, endpoint) != 0) {
        mpcf_status status = fail_zmq("connecting", err);
        pair_close(p);
        return status;
    }
    *out = p;
    return MPCF_OK;
}

/* The only event asked for is the peer's end. */
static void read_monitor(struct pair *p)
{
    char frame[256];
    int more = 1;
    size_t size = sizeof(more);
    while (more != 0 && zmq_recv(p->monitor, frame, sizeof(frame), ZMQ_DONTWAIT) >= 0) {
        p->gone = true;
        if (zmq_getsockopt(p->monitor, ZMQ_RCVMORE, &more, &size) != 0) {
            more = 0;
        }
    }
}

static long poll_timeout(int64_t deadline)
{
    if (deadline == MPCF_NO_DEADLINE) {
        return -1;
    }
    int64_t left = deadline - stream_now_ns();
    return left <= 0 ? 0 : (long) (left / 1000000 + 1);
}

static mpcf_status wait_for(struct pair *p, short events, int64_t deadline, mpcf_error *err)
{
    if (p->gone) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
    }
    zmq_pollitem_t items[2] = {{.socket = p->socket, .events = events},
                               {.socket = p->monitor, .events = ZMQ_POLLIN}};
    int ready = zmq_poll(items, 2, poll_timeout(deadline));
    if (ready < 0 && zmq_errno() != EINTR) {
        return fail_zmq("waiting for the peer", err);
    }
    if (ready > 0 && (items[1].revents & ZMQ_POLLIN) != 0) {
        read_monitor(p);
    }
    if (ready <= 0 && poll_timeout(deadline) == 0) {
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed");
    }
    return MPCF_OK;
}

static mpcf_status try_send(struct pair *p, zmq_msg_t *message, bool *sent, mpcf_error *err)
{
    if (*sent) {
        return MPCF_OK;
    }
    if (zmq_msg_send(message, p->socket, ZMQ_DONTWAIT) >= 0) {
        *sent = true;
        return MPCF_OK;
    }
    int error = zmq_errno();
    return error == EAGAIN || error == EINTR ? MPCF_OK : fail_zmq("sending", err);
}

static mpcf_status take(zmq_msg_t *message, void *buffer, size_t length, mpcf_error *err)
{
    size_t got = zmq_msg_size(message);
    if (got != length) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the peer sent %zu bytes, expected %zu", got,
                         length);
    }
    if (length != 0) {
        memcpy(buffer, zmq_msg_data(message), length);
    }
    return MPCF_OK;
}

static mpcf_status try_recv(struct pair *p, void *buffer, size_t length, bool *received,
                            mpcf_error *err)
{
    zmq_msg_t message;
    if (*received) {
        return MPCF_OK;
    }
    (void) zmq_msg_init(&message);
    mpcf_status status = MPCF_OK;
    if (zmq_msg_recv(&message, p->socket, ZMQ_DONTWAIT) >= 0) {
        *received = true;
        status = take(&message, buffer, length, err);
    } else if (zmq_errno() != EAGAIN && zmq_errno() != EINTR) {
        status = fail_zmq("receiving", err);
    }
    (void) zmq_msg_close(&message);
    return status;
}

/* Sends MESSAGE unless SENT, and receives unless RECEIVED. Once the peer is gone there is one
 * more look for what it sent before: wait_for() fails only when called after that. */
static mpcf_status move(struct pair *p, zmq_msg_t *message, bool sent, void *in, size_t in_length,
                        bool received, int64_t deadline, mpcf_error *err)
{
    for (;;) {
        MPCF_TRY(try_send(p, message, &sent, err));
        MPCF_TRY(try_recv(p, in, in_length, &received, err));
        if (sent && received) {
            return MPCF_OK;
        }
        short events = (short) ((sent ? 0 : ZMQ_POLLOUT) | (received ? 0 : ZMQ_POLLIN));
        MPCF_TRY(wait_for(p, events, deadline, err));
    }
}

static mpcf_status make_message(zmq_msg_t *message, const void *data, size_t length,
                                mpcf_error *err)
{
    if (zmq_msg_init_size(message, length) != 0) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a message of %zu bytes", length);
    }
    if (length != 0) {
        memcpy(zmq_msg_data(message), data, length);
    }
    return MPCF_OK;
}

mpcf_status pair_send(struct pair *p, const void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err)
{
    zmq_msg_t message;
    MPCF_TRY(make_message(&message, buffer, length, err));
    mpcf_status status = move(p, &message, false, NULL, 0, true, deadline, err);
    (void) zmq_msg_close(&message);
    return status;
}

mpcf_status pair_recv(struct pair *p, void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err)
{
    return move(p, NULL, true, buffer, length, false, deadline, err);
}

mpcf_status pair_exchange(struct pair *p, const void *out, size_t out_length, void *in,
                          size_t in_length, int64_t deadline, mpcf_error *err)
{
    zmq_msg_t message;
    MPCF_TRY(make_message(&message, out, out_length, err));
    mpcf_status status = move(p, &message, false, in, in_length, false, deadline, err);
    (void) zmq_msg_close(&message);
    return status;
}
