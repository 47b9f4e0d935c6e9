/* SPDX-License-Identifier: Apache-2.0 */
/* A transport without a plug-in: a pair of sockets inside this process. */
#include "channel/pair.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

struct end {
    int fd;
};

/* What is left to move in each direction. */
struct transfer {
    const char *out;
    size_t out_left;
    char *in;
    size_t in_left;
};

static mpcf_status step_out(int fd, struct transfer *t, mpcf_error *err)
{
    ssize_t moved = send(fd, t->out, t->out_left, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (moved < 0 && errno != EAGAIN && errno != EINTR) {
        return mpcf_fail(err, errno == EPIPE ? MPCF_E_CLOSED : MPCF_E_IO, "cannot send: %s",
                         strerror(errno));
    }
    if (moved > 0) {
        t->out += moved;
        t->out_left -= (size_t) moved;
    }
    return MPCF_OK;
}

static mpcf_status step_in(int fd, struct transfer *t, mpcf_error *err)
{
    ssize_t moved = recv(fd, t->in, t->in_left, MSG_DONTWAIT);

    if (moved == 0) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
    }
    if (moved < 0 && errno != EAGAIN && errno != EINTR) {
        return mpcf_fail(err, MPCF_E_IO, "cannot receive: %s", strerror(errno));
    }
    if (moved > 0) {
        t->in += moved;
        t->in_left -= (size_t) moved;
    }
    return MPCF_OK;
}

static mpcf_status move(int fd, struct transfer *t, int64_t deadline, mpcf_error *err)
{
    const size_t before = t->out_left + t->in_left;

    for (;;) {
        struct pollfd p = {.fd = fd};

        if (t->out_left > 0) {
            MPCF_TRY(step_out(fd, t, err));
        }
        if (t->in_left > 0) {
            MPCF_TRY(step_in(fd, t, err));
        }
        if (before == 0 || t->out_left + t->in_left < before) {
            return MPCF_OK;
        }
        p.events = (short) ((t->out_left > 0 ? POLLOUT : 0) | (t->in_left > 0 ? POLLIN : 0));
        if (poll(&p, 1, clock_poll_timeout(deadline)) == 0) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the peer is silent");
        }
    }
}

static mpcf_status pair_advance(void *conn, const void *out, size_t *out_length, void *in,
                                size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct transfer t = {out, *out_length, in, *in_length};
    const mpcf_status status = move(((struct end *) conn)->fd, &t, deadline, err);

    *out_length -= t.out_left;
    *in_length -= t.in_left;
    return status;
}

static void pair_close(void *conn)
{
    (void) close(((struct end *) conn)->fd);
    mpcf_free(conn);
}

static const mpcf_transport transport = {
    .struct_size = sizeof(mpcf_transport),
    .name = "pair",
    .summary = "two ends in one process",
    .caps = MPCF_TRANSPORT_LOCAL | MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED,
    .close = pair_close,
    .advance = pair_advance,
};

mpcf_status channel_pair(int64_t timeout_ns, struct channel *ends[2], mpcf_error *err)
{
    struct end *made[2] = {mpcf_alloc_array(1, sizeof(struct end)),
                           mpcf_alloc_array(1, sizeof(struct end))};
    int fds[2];
    mpcf_status status = MPCF_OK;

    if (made[0] == NULL || made[1] == NULL ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        mpcf_free(made[0]);
        mpcf_free(made[1]);
        return mpcf_fail(err, MPCF_E_IO, "cannot join two channels: %s", strerror(errno));
    }
    made[0]->fd = fds[0];
    made[1]->fd = fds[1];
    ends[0] = ends[1] = NULL;
    status = channel_create(&transport, made[0], timeout_ns, &ends[0], err);
    if (status != MPCF_OK) {
        pair_close(made[1]);
        return status;
    }
    status = channel_create(&transport, made[1], timeout_ns, &ends[1], err);
    if (status != MPCF_OK) {
        channel_close(ends[0]);
    }
    return status;
}
