/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* accept4() */
#endif
/*
 * A plug-in of ABI 0.1, built against the headers of that time beside it, which stay as they are:
 * a transport without advance(), which came with 0.2, and an approximation with float kernels.
 */
#include <mpcf/approx.h>
#include <mpcf/transport.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

/* Until FD is ready for EVENTS. */
static mpcf_status wait_for(int fd, short events, int64_t deadline, mpcf_error *err)
{
    struct pollfd p = {.fd = fd, .events = events};
    int64_t left = deadline == MPCF_NO_DEADLINE ? -1 : (deadline - now() + 999999) / 1000000;
    int ready;

    if (deadline != MPCF_NO_DEADLINE && left < 0) {
        left = 0;
    }
    ready = poll(&p, 1, left > INT_MAX ? INT_MAX : (int) left);
    if (ready == 0) {
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the peer does not answer");
    }
    if (ready < 0 && errno != EINTR) {
        return mpcf_fail(err, MPCF_E_IO, "poll: %s", strerror(errno));
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
        (void) snprintf(chosen, sizeof chosen, "/tmp/mpcf-older-%ld-%lld", (long) getpid(),
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

static mpcf_status send_all(void *conn, const void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    const struct endpoint *e = conn;
    const char *at = buffer;

    while (length > 0) {
        ssize_t done = send(e->fd, at, length, MSG_NOSIGNAL);

        if (done > 0) {
            at += done;
            length -= (size_t) done;
        } else if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
            MPCF_TRY(wait_for(e->fd, POLLOUT, deadline, err));
        } else {
            return broken(-1, err);
        }
    }
    return MPCF_OK;
}

static mpcf_status recv_all(void *conn, void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    const struct endpoint *e = conn;
    char *at = buffer;

    while (length > 0) {
        ssize_t done = recv(e->fd, at, length, 0);

        if (done > 0) {
            at += done;
            length -= (size_t) done;
        } else if (done < 0 && (errno == EAGAIN || errno == EINTR)) {
            MPCF_TRY(wait_for(e->fd, POLLIN, deadline, err));
        } else {
            return broken(done, err);
        }
    }
    return MPCF_OK;
}

static const mpcf_transport transport = {
    .struct_size = sizeof(mpcf_transport),
    .name = "older_socket",
    .summary = "a Unix socket",
    .caps = MPCF_TRANSPORT_LOCAL,
    .listen = listen_at,
    .bound = bound,
    .accept = accept_one,
    .unlisten = unlisten,
    .connect = connect_to,
    .close = close_connection,
    .send = send_all,
    .recv = recv_all, /* without exchange, the host sends from a helper thread */
};

/* --- An approximation: x^2 / 8 + x / 4 + c --- */

struct older_config {
    double c;
};

static const mpcf_option options[] = {
    {.key = "c",
     .type = MPCF_OPT_REAL,
     .default_text = "0.5",
     .offset = offsetof(struct older_config, c),
     .help = "constant"},
    {.key = NULL},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct older_config *o = config;
    const double coef[] = {o->c, 0.25, 0.125};

    (void) keep;
    return mpcf_poly(g, x, coef, 2);
}

static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    const float c = (float) ((const struct older_config *) config)->c;

    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        y[i] = x[i] * (0.125F * x[i] + 0.25F) + c;
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config, (void) y;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        dx[i] = dy[i] * (0.25F * x[i] + 0.25F);
    }
}

static const mpcf_approx approx = {
    .struct_size = sizeof(mpcf_approx),
    .name = "older_quad",
    .summary = "a quadratic",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct older_config),
    .input_low = -5,
    .input_high = 5,
    .build = build,
    .forward = forward,
    .backward = backward,
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    MPCF_TRY(mpcf_register_approx(registry, &approx, err));
    return mpcf_register_transport(registry, &transport, err);
}

MPCF_PLUGIN(.name = "older", .version = "1", .license = "Apache-2.0",
            .summary = "built against ABI 0.1", .start = start);
