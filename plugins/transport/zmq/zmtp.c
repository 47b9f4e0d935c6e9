/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each end says first, and how a stream of bytes becomes frames and comes out of them again.
 * Payload goes from the host's buffer to the socket and back, by way of a copy only where it was
 * read along with a head.
 */
#include "zmtp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "../stream/stream.h"

enum { MORE = 1, LONG = 2, COMMAND = 4 }; /* flags of a frame */

static bool is_busy(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* --- out --- */

static void begin_frame(struct zmtp *z, size_t left)
{
    z->frame_left = left < ZMTP_FRAME ? left : ZMTP_FRAME;
    z->head_left = ZMTP_HEAD;
    z->head[0] = LONG;
    for (unsigned i = 0; i < 8; i++) {
        z->head[1 + i] = (uint8_t) ((uint64_t) z->frame_left >> (56 - 8 * i));
    }
}

/* The part of DATA, which sendmsg() only reads. */
static struct iovec part(const void *data, size_t length)
{
    struct iovec v = {.iov_len = length};

    memcpy(&v.iov_base, &data, sizeof(data));
    return v;
}

static size_t take(size_t *left, size_t *moved)
{
    size_t taken = *moved < *left ? *moved : *left;

    *left -= taken;
    *moved -= taken;
    return taken;
}

/* Sends what the socket takes now: what opens the connection; once the peer is ready, frames. */
static mpcf_status push(struct zmtp *z, const uint8_t *out, size_t length, size_t *done,
                        mpcf_error *err)
{
    size_t opening = sizeof(z->opening) - z->opening_done;
    bool sends = z->is_ready && *done < length;

    if (opening == 0 && !sends) {
        return MPCF_OK;
    }
    if (sends && z->frame_left == 0) {
        begin_frame(z, length - *done);
    }
    size_t payload = sends ? length - *done : 0;
    payload = payload < z->frame_left ? payload : z->frame_left;
    struct iovec parts[3] = {part(z->opening + z->opening_done, opening),
                             part(z->head + ZMTP_HEAD - z->head_left, sends ? z->head_left : 0),
                             part(sends ? out + *done : NULL, payload)};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    ssize_t n = sendmsg(z->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
        return is_busy(errno) ? MPCF_OK : stream_fail(errno, "sending", err);
    }
    size_t moved = (size_t) n;
    z->opening_done += take(&opening, &moved);
    (void) take(&z->head_left, &moved);
    z->frame_left -= moved;
    *done += moved;
    return MPCF_OK;
}

void zmtp_begin(struct zmtp *z, int fd)
{
    /* Signature, version 3.0, mechanism, no server, filler. */
    static const uint8_t greeting[ZMTP_GREETING] = {0xff, [9] = 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    static const char ready[] = "\x04\x27\x05READY\x0bSocket-Type\0\0\0\x04PAIR\x08Identity\0\0\0";
    _Static_assert(sizeof(ready) == ZMTP_READY, "its last zero is the text's own");
    *z = (struct zmtp){.fd = fd};
    memcpy(z->opening, greeting, sizeof(greeting));
    memcpy(z->opening + sizeof(greeting), ready, sizeof(ready));
    size_t nothing = 0;
    (void) push(z, NULL, 0, &nothing, NULL); /* what is left, or wrong, shows at the first call */
}

/* --- in --- */

/* Reads what has arrived: payload of this frame into IN, what follows it behind what stands
 * ahead already, which is less than a head then. */
static mpcf_status fill(struct zmtp *z, uint8_t *in, size_t length, size_t *done, mpcf_error *err)
{
    size_t here = z->ahead_end - z->ahead_at, payload = z->incoming;

    memmove(z->ahead, z->ahead + z->ahead_at, here);
    z->ahead_at = 0;
    z->ahead_end = here;
    payload = payload < length - *done ? payload : length - *done;
    struct iovec parts[2] = {{.iov_base = payload == 0 ? NULL : in + *done, .iov_len = payload},
                             {.iov_base = z->ahead + here, .iov_len = sizeof(z->ahead) - here}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = payload == z->incoming ? 2 : 1};
    ssize_t n = recvmsg(z->fd, &message, MSG_DONTWAIT);
    if (n == 0) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection%s",
                         z->is_ready ? "" : " before it was ready to talk");
    }
    if (n < 0) {
        return is_busy(errno) ? MPCF_OK : stream_fail(errno, "receiving", err);
    }
    size_t moved = (size_t) n, direct = take(&payload, &moved);
    z->incoming -= direct;
    *done += direct;
    z->ahead_end += moved;
    return MPCF_OK;
}

static mpcf_status refuse(const struct zmtp *z, const char *what, mpcf_error *err)
{
    char text[3 * 8 + 1] = "";
    size_t here = z->ahead_end - z->ahead_at;

    for (size_t i = 0; i < here && i < 8; i++) {
        (void) snprintf(text + 3 * i, 4, "%02x ", z->ahead[z->ahead_at + i]);
    }
    return mpcf_fail(err, MPCF_E_PROTOCOL, "the peer does not speak as a ZeroMQ PAIR: %s (%s...)",
                     what, text);
}

/* What stands ahead, and how much of it there is. */
static const uint8_t *ahead(const struct zmtp *z, size_t *length)
{
    *length = z->ahead_end - z->ahead_at;
    return z->ahead + z->ahead_at;
}

/* The peer's greeting: a version from 3 on, no security. */
static mpcf_status read_greeting(struct zmtp *z, mpcf_error *err)
{
    size_t here = 0;
    const uint8_t *at = ahead(z, &here);

    if ((here > 0 && at[0] != 0xff) || (here > 9 && at[9] != 0x7f)) {
        return refuse(z, "no greeting", err);
    }
    if (here > 10 && at[10] < 3) {
        return refuse(z, "another version", err);
    }
    if (here > 31 && memcmp(at + 12, "CURVE\0", 6) == 0) {
        return refuse(z, "security that is not spoken here, CURVE: `transport: zmq-curve` does",
                      err);
    }
    if (here > 31 && memcmp(at + 12, "NULL\0", 5) != 0) {
        return refuse(z, "security that is not spoken here", err);
    }
    if (here >= ZMTP_GREETING) {
        z->is_greeted = true;
        z->ahead_at += ZMTP_GREETING;
    }
    return MPCF_OK;
}

/* The peer's READY, a short command. */
static mpcf_status read_ready(struct zmtp *z, mpcf_error *err)
{
    static const uint8_t name[] = {5, 'R', 'E', 'A', 'D', 'Y'};
    size_t here = 0;
    const uint8_t *at = ahead(z, &here);

    if ((here > 0 && at[0] != COMMAND) || (here > 1 && at[1] < sizeof(name)) ||
        (here > 1 + sizeof(name) && memcmp(at + 2, name, sizeof(name)) != 0)) {
        return refuse(z, "no READY", err);
    }
    if (here >= 2 && here - 2 >= at[1]) {
        z->is_ready = true;
        z->ahead_at += 2u + at[1];
    }
    return MPCF_OK;
}

/* The head of a frame. Parts of a message are bytes like others. */
static mpcf_status read_head(struct zmtp *z, mpcf_error *err)
{
    size_t here = 0;
    const uint8_t *at = ahead(z, &here);

    if (here == 0) {
        return MPCF_OK;
    }
    size_t length = (at[0] & LONG) != 0 ? ZMTP_HEAD : 2;
    if ((at[0] & ~(MORE | LONG)) != 0) {
        return refuse(z, "a command, or no frame", err);
    }
    if (here < length) {
        return MPCF_OK;
    }
    uint64_t size = 0;
    for (size_t i = 1; i < length; i++) {
        size = size << 8 | at[i];
    }
    if (size > ZMTP_FRAME) {
        return refuse(z, "a frame that is too long", err);
    }
    z->ahead_at += length;
    z->incoming = (size_t) size;
    return MPCF_OK;
}

/* Payload that was read along with a head. */
static void copy_ahead(struct zmtp *z, uint8_t *in, size_t length, size_t *done)
{
    size_t here = z->ahead_end - z->ahead_at, wanted = length - *done;

    here = here < z->incoming ? here : z->incoming;
    here = here < wanted ? here : wanted;
    if (here != 0) {
        memcpy(in + *done, z->ahead + z->ahead_at, here);
    }
    z->ahead_at += here;
    z->incoming -= here;
    *done += here;
}

/* Takes what stands ahead as far as it goes. */
static mpcf_status digest(struct zmtp *z, uint8_t *in, size_t length, size_t *done, mpcf_error *err)
{
    size_t before = 0;

    do {
        before = z->ahead_at;
        if (!z->is_ready) {
            MPCF_TRY(z->is_greeted ? read_ready(z, err) : read_greeting(z, err));
        } else if (z->incoming == 0) {
            MPCF_TRY(read_head(z, err));
        } else {
            copy_ahead(z, in, length, done);
        }
    } while (z->ahead_at != before);
    return MPCF_OK;
}

/* Receives what has arrived. Who only sends looks for what opens the peer's side, until it is there. */
static mpcf_status pull(struct zmtp *z, uint8_t *in, size_t length, size_t *done, mpcf_error *err)
{
    MPCF_TRY(digest(z, in, length, done, err));
    if (z->is_ready && *done == length) {
        return MPCF_OK;
    }
    size_t before = *done;
    MPCF_TRY(fill(z, in, length, done, err));
    mpcf_status status = digest(z, in, length, done, err);
    /* What is wrong behind bytes that are good is told when they are taken. */
    return *done > before ? MPCF_OK : status;
}

/* --- both --- */

/* The half of what moves that goes one way. */
struct half {
    uint8_t *data; /* only read when sending */
    size_t length, done;
};

static struct half half_of(const void *buffer, size_t length)
{
    struct half half = {.length = length};

    memcpy(&half.data, &buffer, sizeof(buffer));
    return half;
}

/* Moves at least one byte of what is left. */
static mpcf_status advance(struct zmtp *z, struct half *out, struct half *in, int64_t deadline,
                           mpcf_error *err)
{
    const size_t before = out->done + in->done;

    for (;;) {
        MPCF_TRY(push(z, out->data, out->length, &out->done, err));
        bool was_ready = z->is_ready;
        MPCF_TRY(pull(z, in->data, in->length, &in->done, err));
        if (out->done + in->done > before || (out->done == out->length && in->done == in->length)) {
            return MPCF_OK;
        }
        bool sends =
            z->opening_done < sizeof(z->opening) || (out->done < out->length && z->is_ready);
        bool receives = in->done < in->length || !z->is_ready;
        if (z->is_ready == was_ready) {
            short events = (short) ((sends ? POLLOUT : 0) | (receives ? POLLIN : 0));
            MPCF_TRY(stream_wait(z->fd, events, deadline, err));
        }
    }
}

mpcf_status zmtp_advance(struct zmtp *z, const void *out, size_t *out_length, void *in,
                         size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct half away = half_of(out, *out_length), home = half_of(in, *in_length);
    mpcf_status status = advance(z, &away, &home, deadline, err);

    *out_length = away.done;
    *in_length = home.done;
    return status;
}

static mpcf_status finish(struct zmtp *z, struct half away, struct half home, int64_t deadline,
                          mpcf_error *err)
{
    while (away.done < away.length || home.done < home.length) {
        MPCF_TRY(advance(z, &away, &home, deadline, err));
        bool ended = away.done == away.length && home.done == home.length;
        if (!ended && stream_now_ns() >= deadline) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed with %zu of %zu bytes moved",
                             away.done + home.done, away.length + home.length);
        }
    }
    return MPCF_OK;
}

mpcf_status zmtp_send(struct zmtp *z, const void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err)
{
    return finish(z, half_of(buffer, length), half_of(NULL, 0), deadline, err);
}

mpcf_status zmtp_recv(struct zmtp *z, void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err)
{
    return finish(z, half_of(NULL, 0), half_of(buffer, length), deadline, err);
}
