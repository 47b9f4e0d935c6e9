/* SPDX-License-Identifier: Apache-2.0 */
/* When a side moves bytes, when it sleeps, who wakes it, and how it hears that the peer has ended. */
#include "ring_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <mpcf/transport.h>

#include "../stream/stream.h"
#include "ring_offer.h"

#define TURN       16                 /* pieces of one call, so that the caller gets its turn */
#define MOST_LOOKS 64                 /* at the counters before a sleep */
#define NAP_NS     INT64_C(100000000) /* of a sleep, until the counters are looked at all the same */

/* --- how it begins and ends --- */

/* A nap is a call that receives and has a limit: one call where poll() and recv() are two. */
static void allow_naps(int fd)
{
    const struct timeval limit = {.tv_usec = NAP_NS / 1000};
    const int flags = fcntl(fd, F_GETFL);

    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0 && flags >= 0) {
        (void) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    }
}

void ring_link_call(struct ring_link *l, int fd, bool shares)
{
    *l = (struct ring_link){.fd = fd, .state = LINK_SOCKET, .looks = MOST_LOOKS};
    if (shares) {
        ring_offer(fd, &l->ring.memory);
        l->state = l->ring.memory != NULL ? LINK_OFFERED : LINK_SOCKET;
    }
    if (l->state == LINK_OFFERED) {
        allow_naps(fd);
    }
}

void ring_link_answer(struct ring_link *l, int fd, bool shares)
{
    *l = (struct ring_link){.fd = fd,
                            .state = shares ? LINK_ASKED : LINK_SOCKET,
                            .looks = MOST_LOOKS,
                            .ring = {.side = 1}};
}

void ring_link_end(struct ring_link *l)
{
    if (l->ring.memory != NULL) {
        ring_wipe(&l->ring);
    }
    ring_forget(l->ring.memory);
    l->ring.memory = NULL;
}

/* Who was called knows by the first bytes how the peer speaks: until then nothing can be said. */
static mpcf_status settle(struct ring_link *l, int64_t deadline, mpcf_error *err)
{
    while (l->state == LINK_ASKED) {
        enum ring_reply reply = RING_NOTHING_YET;
        const mpcf_status status = ring_take_offer(l->fd, &reply, &l->ring.memory, err);
        if (status != MPCF_OK) {
            l->state = LINK_REFUSED;
            return status;
        }
        if (reply == RING_NOTHING_YET) {
            MPCF_TRY(stream_wait(l->fd, POLLIN, deadline, err));
        } else if (reply == RING_TAKEN) {
            l->state = LINK_MEMORY;
            allow_naps(l->fd);
        } else {
            l->state = LINK_SOCKET;
        }
    }
    return l->state == LINK_REFUSED
               ? mpcf_fail(err, MPCF_E_CLOSED, "the peer and this side agree on no memory")
               : MPCF_OK;
}

/* --- moving --- */

struct move {
    const uint8_t *out;
    uint8_t *in;
    size_t out_left, in_left;
};

static unsigned wanted(const struct ring_link *l, const struct move *m)
{
    return (m->in_left != 0 ? RING_FOR_BYTES : 0U) |
           (m->out_left != 0 && !l->is_over ? RING_FOR_ROOM : 0U);
}

static mpcf_status move_piece(struct ring_link *l, struct move *m, size_t *moved, mpcf_error *err)
{
    size_t sent = 0, got = 0;

    if (m->out_left != 0 && !l->is_over) {
        MPCF_TRY(ring_put(&l->ring, m->out, m->out_left, &sent, err));
        m->out += sent;
        m->out_left -= sent;
    }
    if (m->in_left != 0) {
        MPCF_TRY(ring_take(&l->ring, m->in, m->in_left, &got, err));
        m->in += got;
        m->in_left -= got;
    }
    *moved = sent + got;
    return MPCF_OK;
}

/* Whether ERROR, of a call on the socket, says that the peer has ended. */
static bool is_end(int error)
{
    return error == EPIPE || error == ECONNRESET;
}

/* A socket that is full of such bytes wakes the peer as well; one that the system has no memory for
 * does not, and the peer's nap ends all the same. */
static void wake_peer(struct ring_link *l, bool is_last)
{
    if (ring_must_wake(&l->ring, is_last) && send(l->fd, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
        is_end(errno)) {
        l->is_over = true;
    }
}

/* What goes now; whether anything did. */
static mpcf_status move_now(struct ring_link *l, struct move *m, bool *moved, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;
    size_t bytes = 1;

    *moved = false;
    for (unsigned i = 0; i < TURN && bytes != 0 && status == MPCF_OK; i++) {
        status = move_piece(l, m, &bytes, err);
        if (status == MPCF_OK && bytes != 0) {
            *moved = true;
            wake_peer(l, false);
        }
    }
    if (*moved) {
        wake_peer(l, true);
    }
    return status;
}

/* --- waiting --- */

static bool is_shortage(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOMEM || error == ENOBUFS;
}

/* What recv() says, if it is no number of bytes. */
static mpcf_status hear_error(struct ring_link *l, ssize_t n, mpcf_error *err)
{
    const int error = errno;

    if (n == 0 || is_end(error)) {
        l->is_over = true; /* maybe by a signal, and with bytes of ours that it has not read */
        return MPCF_OK;
    }
    return is_shortage(error) ? MPCF_OK
                              : mpcf_fail(err, MPCF_E_IO, "reading a socket: %s", strerror(error));
}

/* Bytes that only woke, and the end, which stands behind them. A peer that never stops is looked at
 * again later. */
static mpcf_status hear_end(struct ring_link *l, mpcf_error *err)
{
    char bytes[1024];

    for (unsigned i = 0; i < TURN; i++) {
        const ssize_t n = recv(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n <= 0) {
            return hear_error(l, n, err);
        }
    }
    return MPCF_OK;
}

/* Takes what is on the socket: the answer to an offer first, then bytes that only woke. FLAGS:
 * recv()'s. */
static mpcf_status hear(struct ring_link *l, int flags, mpcf_error *err)
{
    char bytes[RING_OFFER_BYTES];
    const ssize_t n = recv(l->fd, bytes, sizeof(bytes), flags);

    if (n <= 0) {
        return hear_error(l, n, err);
    }
    if (l->state == LINK_OFFERED) {
        const mpcf_status status = ring_check_answer(bytes, (size_t) n, err);
        l->state = status == MPCF_OK ? LINK_MEMORY : LINK_REFUSED;
        MPCF_TRY(status);
    }
    return hear_end(l, err);
}

static void breathe(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* A peer that runs on another processor is done before this one sleeps, which saves both a call of
 * the system and more. Where that was not so the next look is half as long. */
static bool comes_soon(struct ring_link *l, unsigned wants)
{
    for (unsigned i = 0; i < l->looks; i++) {
        if (ring_can(&l->ring, wants)) {
            l->looks = MOST_LOOKS;
            return true;
        }
        breathe();
    }
    l->looks = l->looks > 2 ? l->looks / 2 : 1;
    return false;
}

/* Until the socket has something to say, and no longer than a nap: the peer can take its flag back
 * without a word. */
static mpcf_status nap(struct ring_link *l, int64_t deadline, mpcf_error *err)
{
    if (!mpcf_interrupted() && deadline - stream_now_ns() >= NAP_NS) {
        return hear(l, 0, err);
    }
    const mpcf_status status = stream_wait(l->fd, POLLIN, deadline, NULL);
    if (status == MPCF_OK) {
        return hear(l, MSG_DONTWAIT, err);
    }
    return status == MPCF_E_TIMEOUT || status == MPCF_E_INTERRUPTED
               ? MPCF_OK
               : mpcf_fail(err, status, "waiting for a socket failed");
}

/* Until something may go, or the peer has ended. A peer that wakes for nothing does not hold up a
 * deadline. */
static mpcf_status wait(struct ring_link *l, const struct move *m, int64_t deadline,
                        mpcf_error *err)
{
    const unsigned wants = wanted(l, m);

    if (comes_soon(l, wants) || !ring_waits(&l->ring, wants)) {
        return MPCF_OK;
    }
    const mpcf_status status = nap(l, deadline, err);
    ring_waits_no_more(&l->ring);
    return status != MPCF_OK || l->is_over || ring_can(&l->ring, wants)
               ? status
               : stream_waited(deadline, err);
}

static mpcf_status advance(struct ring_link *l, struct move *m, int64_t deadline, mpcf_error *err)
{
    for (;;) {
        const bool was_over = l->is_over; /* then what came before is in the memory by now */
        bool moved = false;

        MPCF_TRY(move_now(l, m, &moved, err));
        if (moved || m->out_left + m->in_left == 0) {
            return MPCF_OK;
        }
        if (was_over) {
            return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection");
        }
        if (!l->is_over) {
            MPCF_TRY(wait(l, m, deadline, err));
        }
    }
}

/* --- calls --- */

mpcf_status ring_link_advance(struct ring_link *l, const void *out, size_t *out_length, void *in,
                              size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct move m = {out, in, *out_length, *in_length};
    mpcf_status status = settle(l, deadline, err);

    if (status == MPCF_OK && l->state == LINK_SOCKET) {
        return stream_advance(l->fd, out, out_length, in, in_length, deadline, err);
    }
    if (status == MPCF_OK) {
        status = advance(l, &m, deadline, err);
    }
    *out_length -= m.out_left;
    *in_length -= m.in_left;
    return status;
}

/* Until all has moved. */
static mpcf_status finish(struct ring_link *l, struct move m, int64_t deadline, mpcf_error *err)
{
    const size_t all = m.out_left + m.in_left;

    while (m.out_left + m.in_left != 0) {
        MPCF_TRY(advance(l, &m, deadline, err));
        if (m.out_left + m.in_left != 0 && stream_now_ns() >= deadline) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed with %zu of %zu bytes moved",
                             all - m.out_left - m.in_left, all);
        }
    }
    return MPCF_OK;
}

/* A sender that only puts bytes down would hear of the end when the ring is full. Where the peer has
 * not taken all that came before, and only there, the system is asked. */
static void look_for_end(struct ring_link *l)
{
    struct pollfd socket = {.fd = l->fd, .events = POLLRDHUP};

    if (l->ring.memory != NULL && !l->is_over && ring_is_behind(&l->ring) &&
        poll(&socket, 1, 0) == 1) {
        l->is_over = true;
    }
}

mpcf_status ring_link_send(struct ring_link *l, const void *buffer, size_t length, int64_t deadline,
                           mpcf_error *err)
{
    MPCF_TRY(settle(l, deadline, err));
    look_for_end(l);
    return l->state == LINK_SOCKET
               ? stream_send(l->fd, buffer, length, deadline, err)
               : finish(l, (struct move){buffer, NULL, length, 0}, deadline, err);
}

mpcf_status ring_link_recv(struct ring_link *l, void *buffer, size_t length, int64_t deadline,
                           mpcf_error *err)
{
    MPCF_TRY(settle(l, deadline, err));
    return l->state == LINK_SOCKET
               ? stream_recv(l->fd, buffer, length, deadline, err)
               : finish(l, (struct move){NULL, buffer, 0, length}, deadline, err);
}
