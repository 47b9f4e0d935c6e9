/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bytes move over each kind of transport, with waits that end where nothing moves for too long
 * or a signal comes.
 */
#include "channel/wire.h"

#include "base/clock.h"
#include "base/interrupt.h"

#define PAST     INT64_C(0)         /* a deadline that has passed: only what goes at once */
#define SLICE_NS INT64_C(200000000) /* how long a signal may go unseen */
#define TURN_NS  INT64_C(2000000)   /* until the other direction is tried again */

/* What one call may wait for: SLICE where it can be asked again, LIMIT where it cannot. */
struct wait {
    int64_t slice, limit;
};

struct move {
    const uint8_t *out;
    uint8_t *in;
    size_t out_length, in_length; /* wanted */
    size_t sent, received;
};

bool wire_keeps_bounds(const struct wire *w)
{
    return (w->transport->caps & MPCF_TRANSPORT_MESSAGES) != 0;
}

static bool has_advance(const struct wire *w)
{
    return !wire_keeps_bounds(w) && w->transport->advance != NULL;
}

bool wire_is_duplex(const struct wire *w)
{
    return wire_keeps_bounds(w) || has_advance(w);
}

static size_t piece(size_t length)
{
    return length < WIRE_PIECE ? length : WIRE_PIECE;
}

static mpcf_status send_piece(const struct wire *w, struct move *m, int64_t deadline,
                              mpcf_error *err)
{
    size_t length = piece(m->out_length);

    MPCF_TRY(w->transport->send(w->conn, m->out, length, deadline, err));
    m->sent = length;
    return MPCF_OK;
}

static mpcf_status recv_piece(const struct wire *w, struct move *m, int64_t deadline,
                              mpcf_error *err)
{
    size_t length = piece(m->in_length);

    MPCF_TRY(w->transport->recv(w->conn, m->in, length, deadline, err));
    m->received = length;
    return MPCF_OK;
}

/* STATUS, but MPCF_OK where only the time was over. */
static mpcf_status forgive(mpcf_status status, mpcf_error *err)
{
    if (status != MPCF_E_TIMEOUT) {
        return status;
    }
    mpcf_error_reset(err);
    return MPCF_OK;
}

/* Messages in both directions, by turns: a call that came too early has moved nothing. */
static mpcf_status take_turns(const struct wire *w, struct move *m, int64_t deadline,
                              mpcf_error *err)
{
    for (;;) {
        MPCF_TRY(forgive(send_piece(w, m, PAST, err), err));
        int64_t turn = m->sent != 0 ? PAST : clock_deadline(TURN_NS);
        MPCF_TRY(forgive(recv_piece(w, m, turn < deadline ? turn : deadline, err), err));
        if (m->sent + m->received != 0) {
            return MPCF_OK;
        }
        if (clock_now_ns() >= deadline) {
            return MPCF_E_TIMEOUT;
        }
    }
}

static mpcf_status move_messages(const struct wire *w, struct move *m, const struct wait *wait,
                                 mpcf_error *err)
{
    if (m->in_length == 0) {
        return send_piece(w, m, wait->slice, err);
    }
    return m->out_length == 0 ? recv_piece(w, m, wait->slice, err)
                              : take_turns(w, m, wait->slice, err);
}

/* A stream without advance(): how much of a piece has moved when its time is over is not known, so
 * it is waited for byte by byte, and the rest is due. */
static mpcf_status move_pieces(const struct wire *w, struct move *m, const struct wait *wait,
                               mpcf_error *err)
{
    struct move first = *m;

    if (m->out_length != 0) {
        m->out_length = wait->limit == PAST ? 1 : m->out_length;
        return send_piece(w, m, wait->limit, err);
    }
    first.in_length = 1;
    MPCF_TRY(recv_piece(w, &first, wait->slice, err));
    m->received = 1;
    if (m->in_length == 1 || wait->limit == PAST) {
        return MPCF_OK;
    }
    struct move rest = {.in = m->in + 1, .in_length = piece(m->in_length) - 1};
    mpcf_status status = recv_piece(w, &rest, wait->limit, err);
    m->received = status == MPCF_OK ? piece(m->in_length) : 0;
    return status;
}

static mpcf_status move_some(const struct wire *w, struct move *m, const struct wait *wait,
                             mpcf_error *err)
{
    if (!has_advance(w)) {
        return wire_keeps_bounds(w) ? move_messages(w, m, wait, err) : move_pieces(w, m, wait, err);
    }
    m->sent = m->out_length;
    m->received = m->in_length;
    return w->transport->advance(w->conn, m->out, &m->sent, m->in, &m->received, wait->slice, err);
}

static int64_t later(int64_t now, int64_t duration)
{
    return duration > MPCF_NO_DEADLINE - now ? MPCF_NO_DEADLINE : now + duration;
}

mpcf_status wire_move(const struct wire *w, const void *out, size_t *out_length, void *in,
                      size_t *in_length, int64_t patience_ns, mpcf_error *err)
{
    int64_t now = patience_ns == 0 ? PAST : clock_now_ns();
    struct wait wait = {.limit = later(now, patience_ns)};
    struct move m;
    mpcf_status status = MPCF_OK;

    for (;;) {
        m = (struct move){out, in, *out_length, *in_length, 0, 0};
        wait.slice = later(now, patience_ns < SLICE_NS ? patience_ns : SLICE_NS);
        wait.slice = wait.slice < wait.limit ? wait.slice : wait.limit;
        status = move_some(w, &m, &wait, err);
        now = status == MPCF_E_TIMEOUT ? clock_now_ns() : now;
        if (status != MPCF_E_TIMEOUT || m.sent + m.received != 0 || now >= wait.limit) {
            break;
        }
        mpcf_error_reset(err);
        if (interrupt_pending()) {
            status = mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped by a signal");
            break;
        }
    }
    *out_length = m.sent;
    *in_length = m.received;
    return m.sent + m.received != 0 ? forgive(status, err) : status;
}
