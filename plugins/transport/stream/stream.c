/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bytes get through a socket before a deadline or a signal, one way or both at once.
 */
#include "stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#include <mpcf/transport.h>

/* One system call moves at most this, so that both directions of an exchange get their turn. */
#define STREAM_CHUNK ((size_t) 1 << 20)
#define SLICE_NS     INT64_C(200000000) /* how long a signal may go unseen */

int64_t stream_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

int stream_slice(int64_t deadline)
{
    int64_t left = deadline - stream_now_ns();

    if (left <= 0) {
        return 0;
    }
    return left > SLICE_NS ? (int) (SLICE_NS / 1000000) : (int) (left / 1000000 + 1);
}

mpcf_status stream_waited(int64_t deadline, mpcf_error *err)
{
    if (stream_now_ns() >= deadline) {
        return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed");
    }
    return mpcf_interrupted() ? mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped by a signal") : MPCF_OK;
}

/* A signal that comes between the look for it and poll() is seen a slice later. */
mpcf_status stream_wait(int fd, short events, int64_t deadline, mpcf_error *err)
{
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = events};
        int ready = poll(&wait, 1, mpcf_interrupted() ? 0 : stream_slice(deadline));
        if (ready > 0) {
            return MPCF_OK;
        }
        if (ready < 0 && errno != EINTR) {
            return mpcf_fail(err, MPCF_E_IO, "waiting for a socket: %s", strerror(errno));
        }
        MPCF_TRY(stream_waited(deadline, err));
    }
}

mpcf_status stream_pause(int64_t duration_ns, int64_t deadline, mpcf_error *err)
{
    int64_t now = stream_now_ns();
    int64_t until = deadline - duration_ns < now ? deadline : now + duration_ns;
    struct timespec at = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};

    while (until > now && !mpcf_interrupted() &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
    return stream_waited(deadline, err);
}

mpcf_status stream_say_identity(const char *identity, char *text, size_t size, mpcf_error *err)
{
    int length = snprintf(text, size, "%s", identity);

    if (length < 0 || (size_t) length >= size) {
        return mpcf_fail(err, MPCF_E_INVALID, "a peer's name needs %d bytes, given %zu", length + 1,
                         size);
    }
    return MPCF_OK;
}

/* The half of an exchange that goes one way. */
struct half {
    char *data; /* only read when sending */
    size_t length, done;
};

static bool is_busy(int error)
{
    return error == EAGAIN || error == EINTR;
}

mpcf_status stream_fail(int error, const char *doing, mpcf_error *err)
{
    switch (error) {
    case EPIPE:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
        return mpcf_fail(err, MPCF_E_CLOSED, "the connection ended: %s", strerror(error));
    default:
        return mpcf_fail(err, MPCF_E_IO, "%s: %s", doing, strerror(error));
    }
}

static size_t next_chunk(const struct half *half)
{
    size_t left = half->length - half->done;

    return left < STREAM_CHUNK ? left : STREAM_CHUNK;
}

/* Sends what the socket takes now. */
static mpcf_status push(int fd, struct half *out, bool *moved, mpcf_error *err)
{
    if (out->done == out->length) {
        return MPCF_OK;
    }
    ssize_t n = send(fd, out->data + out->done, next_chunk(out), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
        out->done += (size_t) n;
        *moved = true;
        return MPCF_OK;
    }
    return is_busy(errno) ? MPCF_OK : stream_fail(errno, "sending", err);
}

/* Receives what has arrived. */
static mpcf_status pull(int fd, struct half *in, bool *moved, mpcf_error *err)
{
    if (in->done == in->length) {
        return MPCF_OK;
    }
    ssize_t n = recv(fd, in->data + in->done, next_chunk(in), MSG_DONTWAIT);
    if (n > 0) {
        in->done += (size_t) n;
        *moved = true;
        return MPCF_OK;
    }
    if (n == 0) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection (%zu of %zu bytes)",
                         in->done, in->length);
    }
    return is_busy(errno) ? MPCF_OK : stream_fail(errno, "receiving", err);
}

/* Moves at least one byte of what is left. */
static mpcf_status advance(int fd, struct half *out, struct half *in, int64_t deadline,
                           mpcf_error *err)
{
    for (;;) {
        bool moved = false;
        MPCF_TRY(push(fd, out, &moved, err));
        MPCF_TRY(pull(fd, in, &moved, err));
        if (moved || (out->done == out->length && in->done == in->length)) {
            return MPCF_OK;
        }
        short events = (short) ((out->done < out->length ? POLLOUT : 0) |
                                (in->done < in->length ? POLLIN : 0));
        MPCF_TRY(stream_wait(fd, events, deadline, err));
    }
}

/* The part of BUFFER, which send() only reads. */
static struct half half_of(const void *buffer, size_t length)
{
    struct half half = {.length = length};

    memcpy(&half.data, &buffer, sizeof(buffer));
    return half;
}

mpcf_status stream_advance(int fd, const void *out, size_t *out_length, void *in, size_t *in_length,
                           int64_t deadline, mpcf_error *err)
{
    struct half away = half_of(out, *out_length), home = half_of(in, *in_length);
    mpcf_status status = advance(fd, &away, &home, deadline, err);

    *out_length = away.done;
    *in_length = home.done;
    return status;
}

/* Until both are done. */
static mpcf_status finish(int fd, struct half away, struct half home, int64_t deadline,
                          mpcf_error *err)
{
    while (away.done < away.length || home.done < home.length) {
        MPCF_TRY(advance(fd, &away, &home, deadline, err));
        bool ended = away.done == away.length && home.done == home.length;
        if (!ended && stream_now_ns() >= deadline) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed with %zu of %zu bytes moved",
                             away.done + home.done, away.length + home.length);
        }
    }
    return MPCF_OK;
}

mpcf_status stream_send(int fd, const void *buffer, size_t length, int64_t deadline,
                        mpcf_error *err)
{
    return finish(fd, half_of(buffer, length), (struct half){.length = 0}, deadline, err);
}

mpcf_status stream_recv(int fd, void *buffer, size_t length, int64_t deadline, mpcf_error *err)
{
    return finish(fd, (struct half){.length = 0}, half_of(buffer, length), deadline, err);
}

mpcf_status stream_accept(int listen_fd, int64_t deadline, int *fd, mpcf_error *err)
{
    for (;;) {
        int accepted = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (accepted >= 0) {
            *fd = accepted;
            return MPCF_OK;
        }
        if (!is_busy(errno) && errno != ECONNABORTED) {
            return mpcf_fail(err, MPCF_E_IO, "accepting a connection: %s", strerror(errno));
        }
        MPCF_TRY(stream_wait(listen_fd, POLLIN, deadline, err));
    }
}

static void set_buffer(int fd, int option, uint64_t bytes)
{
    if (bytes != 0) {
        int size = bytes > INT_MAX ? INT_MAX : (int) bytes;
        (void) setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
    }
}

void stream_set_buffers(int fd, uint64_t send_bytes, uint64_t receive_bytes)
{
    set_buffer(fd, SO_SNDBUF, send_bytes);
    set_buffer(fd, SO_RCVBUF, receive_bytes);
}
