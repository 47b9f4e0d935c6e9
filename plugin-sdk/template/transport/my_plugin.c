/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* accept4() */
/*
 * my_plugin: a byte stream over a Unix socket whose path is the address. The host frames
 * messages, as MPCF_TRANSPORT_MESSAGES is not set. Each wait looks for a signal now and then.
 */
#include <mpcf/transport.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct endpoint {
    int fd;
    struct sockaddr_un address;
};

static int64_t now(void)
{
    struct timespec t;

    (void) clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Until FD is ready for EVENTS, or a moment has passed: who calls tries again. */
static mpcf_status wait_for(int fd, short events, int64_t deadline, mpcf_error *err)
{
    struct pollfd p = {.fd = fd, .events = events};
    int64_t left = (deadline - now() + 999999) / 1000000;
    int ready = poll(&p, 1, left < 0 ? 0 : left > 200 ? 200 : (int) left);

    if (ready < 0 && errno != EINTR) {
        return mpcf_fail(err, MPCF_E_IO, "poll: %s", strerror(errno));
    }
    if (ready <= 0 && now() >= deadline) {
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the peer does not answer");
    }
    if (ready <= 0 && mpcf_interrupted()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped by a signal");
    }
    return MPCF_OK;
}

static mpcf_status endpoint_create(const char *address, struct endpoint **out, mpcf_error *err)
{
    struct endpoint *e = calloc(1, sizeof *e);

    if (e == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a socket");
    }
    e->address.sun_family = AF_UNIX;
    if (strlen(address) >= sizeof e->address.sun_path) {
        free(e);
        return mpcf_fail(err, MPCF_E_INVALID, "'%s' is too long for a socket's path", address);
    }
    memcpy(e->address.sun_path, address, strlen(address) + 1);
    e->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (e->fd < 0) {
        free(e);
        return mpcf_fail(err, MPCF_E_IO, "socket: %s", strerror(errno));
    }
    *out = e;
    return MPCF_OK;
}

static void close_connection(void *conn)
{
    struct endpoint *e = conn;

    (void) close(e->fd);
    free(e);
}

static mpcf_status listen_at(const void *config, const char *address, void **listener,
                             mpcf_error *err)
{
    struct endpoint *e = NULL;
    char chosen[64];

    (void) config;
    if (strcmp(address, "auto") == 0) { /* any address: a run on one machine asks for that */
        (void) snprintf(chosen, sizeof chosen, "/tmp/my_plugin-%ld-%lld", (long) getpid(),
                        (long long) now());
        address = chosen;
    }
    MPCF_TRY(endpoint_create(address, &e, err));
    if (bind(e->fd, (const struct sockaddr *) &e->address, sizeof e->address) != 0 ||
        listen(e->fd, 8) != 0) {
        mpcf_status status = mpcf_fail(err, MPCF_E_IO, "'%s': %s", address, strerror(errno));

        close_connection(e);
        return status;
    }
    *listener = e;
    return MPCF_OK;
}

static mpcf_status bound(void *listener, char *address, size_t size, mpcf_error *err)
{
    const struct endpoint *e = listener;

    if ((size_t) snprintf(address, size, "%s", e->address.sun_path) >= size) {
        return mpcf_fail(err, MPCF_E_INVALID, "no room for the address");
    }
    return MPCF_OK;
}

static void unlisten(void *listener)
{
    struct endpoint *e = listener;

    (void) unlink(e->address.sun_path);
    close_connection(e);
}

static mpcf_status accept_one(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    const struct endpoint *l = listener;
    struct endpoint *e;
    int fd;

    do {
        MPCF_TRY(wait_for(l->fd, POLLIN, deadline, err));
        fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED));
    e = fd < 0 ? NULL : calloc(1, sizeof *e);
    if (e == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "accept: %s", strerror(errno));
    }
    e->fd = fd;
    *conn = e;
    return MPCF_OK;
}

static mpcf_status connect_to(const void *config, const char *address, int64_t deadline,
                              void **conn, mpcf_error *err)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    struct endpoint *e = NULL;

    (void) config;
    MPCF_TRY(endpoint_create(address, &e, err));
    while (connect(e->fd, (const struct sockaddr *) &e->address, sizeof e->address) != 0) {
        if (now() >= deadline) {
            close_connection(e);
            return mpcf_fail(err, MPCF_E_TIMEOUT, "nobody listens at '%s'", address);
        }
        if (mpcf_interrupted()) {
            close_connection(e);
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped by a signal");
        }
        (void) nanosleep(&pause, NULL); /* the other side may start later */
    }
    *conn = e;
    return MPCF_OK;
}

static mpcf_status broken(ssize_t done, mpcf_error *err)
{
    if (done == 0 || errno == EPIPE || errno == ECONNRESET) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
    }
    return mpcf_fail(err, MPCF_E_IO, "socket: %s", strerror(errno));
}

/* What goes now in one direction, which may be nothing. */
static mpcf_status try_send(const struct endpoint *e, const char *from, size_t length, size_t *done,
                            mpcf_error *err)
{
    ssize_t n = length == *done ? 0 : send(e->fd, from + *done, length - *done, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        return broken(n, err);
    }
    *done += n > 0 ? (size_t) n : 0;
    return MPCF_OK;
}

static mpcf_status try_recv(const struct endpoint *e, char *to, size_t length, size_t *done,
                            mpcf_error *err)
{
    ssize_t n;

    if (length == *done) {
        return MPCF_OK;
    }
    n = recv(e->fd, to + *done, length - *done, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        return broken(n, err);
    }
    *done += n > 0 ? (size_t) n : 0;
    return MPCF_OK;
}

/* Both directions, until a byte has moved. */
static mpcf_status advance(void *conn, const void *out, size_t *out_length, void *in,
                           size_t *in_length, int64_t deadline, mpcf_error *err)
{
    const size_t out_wanted = *out_length, in_wanted = *in_length;
    const short events = (short) ((out_wanted > 0 ? POLLOUT : 0) | (in_wanted > 0 ? POLLIN : 0));
    const struct endpoint *e = conn;

    *out_length = *in_length = 0;
    for (;;) {
        MPCF_TRY(try_send(e, out, out_wanted, out_length, err));
        MPCF_TRY(try_recv(e, in, in_wanted, in_length, err));
        if (*out_length + *in_length > 0 || events == 0) {
            return MPCF_OK;
        }
        MPCF_TRY(wait_for(e->fd, events, deadline, err));
    }
}

static mpcf_status send_all(void *conn, const void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    for (size_t sent = 0; sent < length;) {
        MPCF_TRY(try_send(conn, buffer, length, &sent, err));
        if (sent < length) {
            MPCF_TRY(wait_for(((struct endpoint *) conn)->fd, POLLOUT, deadline, err));
        }
    }
    return MPCF_OK;
}

static mpcf_status recv_all(void *conn, void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    for (size_t received = 0; received < length;) {
        MPCF_TRY(try_recv(conn, buffer, length, &received, err));
        if (received < length) {
            MPCF_TRY(wait_for(((struct endpoint *) conn)->fd, POLLIN, deadline, err));
        }
    }
    return MPCF_OK;
}

static const mpcf_transport transport = {
    .struct_size = sizeof(mpcf_transport),
    .name = "my_plugin",
    .summary = "a Unix socket",
    .caps = MPCF_TRANSPORT_LOCAL,
    .listen = listen_at,
    .bound = bound,
    .accept = accept_one,
    .unlisten = unlisten,
    .connect = connect_to,
    .close = close_connection,
    .send = send_all,
    .recv = recv_all,
    .advance = advance,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_transport(registry, &transport, err);
}

MPCF_PLUGIN(.name = "my_plugin", .version = "0.1", .license = "Apache-2.0",
            .summary = "a transport to start from", .start = start);
