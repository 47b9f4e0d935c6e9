/* SPDX-License-Identifier: Apache-2.0 */
/* How bytes travel in messages over one connection, and how the end of the peer is noticed. */
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
#define CALL_BYTES ((size_t) 1 << 20) /* one call moves at most so much */
#define LINGER_MS  1000
#define PORT_TRIES 1000
/* A lost connection stays lost. Never (-1) would do it too, but then libzmq ends the pipe of the
 * side that connected at once, with what the peer had sent before it closed. */
#define RECONNECT_MS INT_MAX

struct pair {
    void *context, *socket;
    void *monitor;     /* events of SOCKET */
    bool gone;         /* the peer is; what it sent before can still be received */
    bool awaits_token; /* at the listener's end: the caller shows what it was told, so that nobody
                        * else takes its place */
    uint8_t token[PAIR_TOKEN];
    zmq_msg_t held;   /* what came last; */
    size_t held_done; /* of it the host has taken so much */
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

/* A host that vanished is noticed by the system. libzmq's own heartbeats are not used: the host has
 * signs of life, and the timer of libzmq 4.3.4 can end the process where the peer has left. */
static bool keep_alive(void *socket)
{
    return set_int(socket, ZMQ_TCP_KEEPALIVE, 1) && set_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, 10) &&
           set_int(socket, ZMQ_TCP_KEEPALIVE_INTVL, 2) && set_int(socket, ZMQ_TCP_KEEPALIVE_CNT, 5);
}

/* One message waits here, and no second: whoever is at the other end makes this one keep no more. A
 * larger limit cannot be had later: libzmq 4.3.4 takes it, but a writer that waits by the old one is
 * not woken. */
static bool set_options(void *socket, const struct zmq_config *c, const char *host)
{
    const int64_t largest = PAIR_MESSAGE; /* a peer that announces more is cut off */
    bool good = set_int(socket, ZMQ_LINGER, LINGER_MS) &&
                set_int(socket, ZMQ_IPV6, host[0] == '[') &&
                set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
                set_int(socket, ZMQ_SNDHWM, (int) c->queue) && set_int(socket, ZMQ_RCVHWM, 1) &&
                keep_alive(socket) &&
                zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest)) == 0;
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
    (void) zmq_msg_init(&p->held);
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
    (void) zmq_msg_close(&p->held);
    explicit_bzero(p, sizeof(*p));
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

mpcf_status pair_bind(const struct zmq_config *config, const char *host,
                      const uint8_t token[PAIR_TOKEN], unsigned *port, struct pair **out,
                      mpcf_error *err)
{
    struct pair *p = NULL;
    MPCF_TRY(pair_create(config, host, &p, err));
    memcpy(p->token, token, PAIR_TOKEN);
    p->awaits_token = true;
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
                         const uint8_t token[PAIR_TOKEN], struct pair **out, mpcf_error *err)
{
    char endpoint[128];
    struct pair *p = NULL;
    MPCF_TRY(pair_create(config, host, &p, err));
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s:%u", host, port);
    /* What is sent before the other end is there waits for it. */
    if (zmq_connect(p->socket, endpoint) != 0 ||
        zmq_send(p->socket, token, PAIR_TOKEN, ZMQ_DONTWAIT) < 0) {
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

static mpcf_status wait_for(struct pair *p, short events, int64_t deadline, mpcf_error *err)
{
    if (p->gone) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
    }
    zmq_pollitem_t items[2] = {{.socket = p->socket, .events = events},
                               {.socket = p->monitor, .events = ZMQ_POLLIN}};
    int ready = zmq_poll(items, 2, stream_slice(deadline));
    if (ready < 0 && zmq_errno() != EINTR) {
        return fail_zmq("waiting for the peer", err);
    }
    if (ready > 0 && (items[1].revents & ZMQ_POLLIN) != 0) {
        read_monitor(p);
    }
    return ready > 0 ? MPCF_OK : stream_waited(deadline, err);
}

static bool must_wait(void)
{
    return zmq_errno() == EAGAIN || zmq_errno() == EINTR;
}

/* --- bytes --- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What goes one way: a part of it has moved. */
struct half {
    const uint8_t *from;
    uint8_t *to;
    size_t length, done;
};

/* Sends messages as far as the socket takes them now. */
static mpcf_status push(struct pair *p, struct half *out, mpcf_error *err)
{
    while (out->done < smaller(out->length, CALL_BYTES)) {
        const size_t length = smaller(out->length - out->done, PAIR_MESSAGE);
        if (zmq_send(p->socket, out->from + out->done, length, ZMQ_DONTWAIT) < 0) {
            return must_wait() ? MPCF_OK : fail_zmq("sending", err);
        }
        out->done += length;
    }
    return MPCF_OK;
}

/* The next message into HELD; *CAME: there was one. What it holds was wiped by nobody: libzmq
 * frees it. */
static mpcf_status fetch(struct pair *p, bool *came, mpcf_error *err)
{
    *came = zmq_msg_recv(&p->held, p->socket, ZMQ_DONTWAIT) >= 0;
    p->held_done = 0;
    return *came || must_wait() ? MPCF_OK : fail_zmq("receiving", err);
}

/* Takes what has arrived. */
static mpcf_status pull(struct pair *p, struct half *in, mpcf_error *err)
{
    while (in->done < smaller(in->length, CALL_BYTES)) {
        size_t left = zmq_msg_size(&p->held) - p->held_done;
        if (left == 0) {
            bool came = false;
            MPCF_TRY(fetch(p, &came, err));
            if (!came) {
                return MPCF_OK;
            }
            continue;
        }
        left = smaller(left, in->length - in->done);
        uint8_t *at = (uint8_t *) zmq_msg_data(&p->held) + p->held_done;
        memcpy(in->to + in->done, at, left);
        explicit_bzero(at, left);
        in->done += left;
        p->held_done += left;
    }
    return MPCF_OK;
}

/* The listener's end, before the first byte. */
static mpcf_status take_token(struct pair *p, mpcf_error *err)
{
    bool came = false;
    MPCF_TRY(fetch(p, &came, err));
    if (!came) {
        return MPCF_OK;
    }
    p->held_done = zmq_msg_size(&p->held);
    if (p->held_done != PAIR_TOKEN || memcmp(zmq_msg_data(&p->held), p->token, PAIR_TOKEN) != 0) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "a stranger came in place of the caller");
    }
    p->awaits_token = false;
    return MPCF_OK;
}

static short wanted_events(const struct pair *p, const struct half *out, const struct half *in)
{
    return (short) ((out->done < out->length && !p->awaits_token ? ZMQ_POLLOUT : 0) |
                    (in->done < in->length || p->awaits_token ? ZMQ_POLLIN : 0));
}

/* Moves at least a byte. Once the peer is gone there is one more look for what it sent before:
 * wait_for() fails only when called after that. */
static mpcf_status advance(struct pair *p, struct half *out, struct half *in, int64_t deadline,
                           mpcf_error *err)
{
    for (;;) {
        if (p->awaits_token) {
            MPCF_TRY(take_token(p, err));
        }
        if (!p->awaits_token) {
            MPCF_TRY(push(p, out, err));
            MPCF_TRY(pull(p, in, err));
            if (out->done + in->done != 0 || out->length + in->length == 0) {
                return MPCF_OK;
            }
        }
        MPCF_TRY(wait_for(p, wanted_events(p, out, in), deadline, err));
    }
}

mpcf_status pair_advance(struct pair *p, const void *out, size_t *out_length, void *in,
                         size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct half away = {.from = out, .length = *out_length};
    struct half home = {.to = in, .length = *in_length};
    mpcf_status status = advance(p, &away, &home, deadline, err);
    *out_length = away.done;
    *in_length = home.done;
    /* What has moved counts; what failed then fails again. */
    return status == MPCF_E_CLOSED && away.done + home.done != 0 ? MPCF_OK : status;
}

mpcf_status pair_send(struct pair *p, const void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err)
{
    struct half out = {.from = buffer, .length = length}, in = {.to = NULL};
    while (out.length != 0) {
        MPCF_TRY(advance(p, &out, &in, deadline, err));
        out = (struct half){.from = out.from + out.done, .length = out.length - out.done};
    }
    return MPCF_OK;
}

mpcf_status pair_recv(struct pair *p, void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err)
{
    struct half out = {.from = NULL}, in = {.to = buffer, .length = length};
    while (in.length != 0) {
        MPCF_TRY(advance(p, &out, &in, deadline, err));
        in = (struct half){.to = in.to + in.done, .length = in.length - in.done};
    }
    return MPCF_OK;
}
