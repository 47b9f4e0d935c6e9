/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bytes become frames that go, when they count as gone, and which frame is taken.
 *
 * What is encrypted must go, and nobody may be asked for it again: the host may offer other bytes next
 * time, and a number is used once. So a frame is made only once the one before has left, and one of few
 * bytes only where the socket has room: it takes so few whole, and where it took none nothing has moved.
 * Where the end of a longer one stays behind all the same, its last byte is not said to have gone: the
 * host comes back for it, and then it goes.
 */
#include "curve_traffic.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <sodium.h>

#include "../stream/stream.h"

#define TAIL ((size_t) 512)     /* as a frame less than the least segment */
#define TURN ((size_t) 1 << 20) /* one direction, before the other has its turn */
#define IDLE 65536u /* frames that say nothing, in a row: nobody is kept busy for ever */

struct half {
    size_t length, done;
};

static bool is_all(const struct half *half)
{
    return half->done == half->length;
}

/* --- out --- */

static bool has_room(const struct curve_link *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};

    return poll(&p, 1, 0) > 0;
}

/* What the socket takes now; a socket that takes nothing any more is no failure here, but L's LOST. */
static mpcf_status push(struct curve_link *l, const uint8_t *data, struct half *half,
                        mpcf_error *err)
{
    const size_t before = half->done;

    (void) curve_link_flush(l, NULL);
    while (l->away_end == 0 && l->lost == 0 && !is_all(half) && half->done - before < TURN) {
        const size_t left = half->length - half->done;
        const size_t size = left < CURVE_CHUNK ? left : CURVE_CHUNK;
        if (size <= TAIL && !has_room(l)) {
            return MPCF_OK;
        }
        if (!curve_link_put(l, 0, data + half->done, size)) {
            return mpcf_fail(err, MPCF_E_IO, "the key of this connection has been used up");
        }
        half->done += size;
        (void) curve_link_flush(l, NULL);
    }
    return MPCF_OK;
}

/* --- in --- */

/* What a frame of LENGTH bytes, opened, says: payload, or that the peer ends. Other commands of ZMTP mean
 * nothing here (PING, which libzmq sends where it is told to). */
static void hear(struct curve_link *l, uint8_t *plain, size_t length)
{
    const uint8_t flags = plain[0];

    if ((flags & ~(CURVE_SAYS_MORE | CURVE_SAYS_COMMAND)) != 0) {
        l->fault = "a frame came with flags that are not known";
        return;
    }
    l->idle = (flags & CURVE_SAYS_COMMAND) == 0 && length > 1 ? 0 : l->idle + 1;
    if (l->idle > IDLE) {
        l->fault = "it sends nothing but frames that say nothing";
    } else if ((flags & CURVE_SAYS_COMMAND) == 0) {
        l->plain_begin = (size_t) (plain + 1 - l->home);
        l->plain_end = l->plain_begin + length - 1;
    } else {
        l->said_end =
            length - 1 == CURVE_END_SIZE && memcmp(plain + 1, CURVE_END, CURVE_END_SIZE) == 0;
    }
}

static void open_frame(struct curve_link *l, uint8_t *body, size_t length)
{
    /* The number behind the last one; none follows the last of all. */
    const uint64_t number = l->received + 1;

    if (number == 0 ||
        curve_message_open(l->session, !l->is_caller, number, body, length) != CURVE_GOOD) {
        l->fault = "a frame was changed on the way, left out, or sent twice";
        return;
    }
    l->received = number;
    hear(l, body + CURVE_MESSAGE_HEAD + CURVE_TAG, length - CURVE_MESSAGE_HEAD - CURVE_TAG);
}

/* The next frame of what has been read. False: there is none, or nothing is to be taken any more. */
static bool next_frame(struct curve_link *l)
{
    uint8_t *body = NULL;
    size_t length = 0;

    if (l->fault != NULL) {
        return false;
    }
    if (l->said_end) {
        l->fault =
            l->home_begin < l->home_end ? "bytes came behind the end that the peer had said" : NULL;
        return false;
    }
    switch (curve_link_take(l, false, CURVE_EXTRA + CURVE_FRAME, &body, &length)) {
    case CURVE_FRAME_WHOLE:
        open_frame(l, body, length);
        return l->fault == NULL;
    case CURVE_FRAME_PART:
        return false;
    case CURVE_FRAME_LONG:
        l->fault = "a frame is too long";
        return false;
    case CURVE_FRAME_NONE:
        break;
    }
    l->fault = "what comes is no frame of CURVE";
    return false;
}

static mpcf_status why_not(const struct curve_link *l, const struct half *half, mpcf_error *err)
{
    if (l->fault != NULL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "%s", l->fault);
    }
    if (l->said_end) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the peer closed the connection (%zu of %zu bytes)",
                         half->done, half->length);
    }
    if (l->error != 0) {
        return stream_fail(l->error, "receiving", err);
    }
    return l->has_ended ? mpcf_fail(err, MPCF_E_CLOSED,
                                    "the connection was cut: the peer did not say that it ends "
                                    "(%zu of %zu bytes)",
                                    half->done, half->length)
                        : MPCF_OK;
}

static void copy_plain(struct curve_link *l, uint8_t *data, struct half *half)
{
    const size_t here = l->plain_end - l->plain_begin, wanted = half->length - half->done;
    const size_t size = here < wanted ? here : wanted;

    memcpy(data + half->done, l->home + l->plain_begin, size);
    sodium_memzero(l->home + l->plain_begin, size);
    l->plain_begin += size;
    half->done += size;
}

/* What has come. What is wrong behind bytes that are good is told when those have been taken. */
static mpcf_status pull(struct curve_link *l, uint8_t *data, struct half *half, mpcf_error *err)
{
    const size_t before = half->done;
    bool goes_on = true;

    while (goes_on && !is_all(half) && half->done - before < TURN) {
        if (l->plain_begin < l->plain_end) {
            copy_plain(l, data, half);
        } else if (!next_frame(l) && l->fault == NULL) {
            goes_on = curve_link_fetch(l);
        } else {
            goes_on = l->fault == NULL;
        }
    }
    return goes_on || half->done > before ? MPCF_OK : why_not(l, half, err);
}

/* --- both --- */

/* What has come, also behind a send that failed: it may say why the peer went. */
static mpcf_status pull_behind(struct curve_link *l, const struct half *away, uint8_t *in,
                               struct half *home, mpcf_error *err)
{
    const size_t before = home->done;
    mpcf_status status = pull(l, in, home, err);

    if (l->lost != 0 && away->length > 0 && home->done == before) {
        mpcf_error_reset(err);
        return stream_fail(l->lost, "sending", err);
    }
    return status;
}

/* Moves at least one byte of what is left; *SAID is as much of AWAY as the socket is sure to have. */
static mpcf_status move(struct curve_link *l, const uint8_t *out, struct half *away, uint8_t *in,
                        struct half *home, size_t *said, int64_t deadline, mpcf_error *err)
{
    const size_t before = home->done, said_before = *said;

    for (;;) {
        if (l->fault == NULL) { /* nothing more is told to who may not be the peer */
            MPCF_TRY(push(l, out, away, err));
        }
        if (away->length > 0 && l->lost == 0) {
            l->owes = is_all(away) && l->away_end > 0;
            *said = away->done - (l->owes ? 1 : 0);
        }
        MPCF_TRY(pull_behind(l, away, in, home, err));
        if (*said > said_before || home->done > before || (*said == away->length && is_all(home))) {
            return MPCF_OK;
        }
        if (l->fault != NULL) {
            return why_not(l, home, err);
        }
        const bool must_send = !is_all(away) || l->away_end > 0;
        short events = (short) ((must_send ? POLLOUT : 0) | (is_all(home) ? 0 : POLLIN));
        MPCF_TRY(stream_wait(l->fd, events, deadline, err));
    }
}

/* AWAY's DONE is what was said to have gone, here and on return. */
static mpcf_status advance(struct curve_link *l, const uint8_t *out, struct half *away, uint8_t *in,
                           struct half *home, int64_t deadline, mpcf_error *err)
{
    size_t said = away->done;

    if (l->stage != CURVE_OPEN) {
        return mpcf_fail(err, MPCF_E_CLOSED, "the connection has failed before");
    }
    if (l->owes && !is_all(away)) {
        away->done++; /* it is in AWAY already */
    }
    mpcf_status status = move(l, out, away, in, home, &said, deadline, err);
    away->done = said;
    return status;
}

mpcf_status curve_advance(struct curve_link *l, const void *out, size_t *out_length, void *in,
                          size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct half away = {.length = *out_length}, home = {.length = *in_length};
    mpcf_status status = advance(l, out, &away, in, &home, deadline, err);

    *out_length = away.done;
    *in_length = home.done;
    return status;
}

static mpcf_status finish(struct curve_link *l, const uint8_t *out, struct half away, uint8_t *in,
                          struct half home, int64_t deadline, mpcf_error *err)
{
    while (!is_all(&away) || !is_all(&home)) {
        MPCF_TRY(advance(l, out, &away, in, &home, deadline, err));
        if ((!is_all(&away) || !is_all(&home)) && stream_now_ns() >= deadline) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed with %zu of %zu bytes moved",
                             away.done + home.done, away.length + home.length);
        }
    }
    return MPCF_OK;
}

mpcf_status curve_send(struct curve_link *l, const void *buffer, size_t length, int64_t deadline,
                       mpcf_error *err)
{
    const struct half all = {.length = length}, none = {.length = 0};

    return finish(l, buffer, all, NULL, none, deadline, err);
}

mpcf_status curve_recv(struct curve_link *l, void *buffer, size_t length, int64_t deadline,
                       mpcf_error *err)
{
    const struct half all = {.length = length}, none = {.length = 0};

    return finish(l, NULL, none, buffer, all, deadline, err);
}
