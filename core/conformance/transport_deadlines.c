/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that nobody answers end when they were told to. */
#include "conformance/transport_deadlines.h"

#include "base/clock.h"
#include "channel/link_party.h"
#include "conformance/transport_pair.h"

static mpcf_status check_recv_deadline(struct pair *s, mpcf_error *err)
{
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, 8, start + SECOND / 5, NULL);

    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "recv() from a silent peer", err));
    if (clock_now_ns() < start + SECOND / 5) {
        return mpcf_fail(err, MPCF_E_INVALID, "recv() gave up before its deadline");
    }
    return expect_within(start, 2 * SECOND, "recv() with a deadline in 200 ms", err);
}

static mpcf_status check_past_deadline(struct pair *s, mpcf_error *err)
{
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, 8, start - SECOND, NULL);

    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "recv() with a deadline in the past", err));
    return expect_within(start, SECOND, "recv() with a deadline in the past", err);
}

/* What was sent at once comes at once, over a stream, too, where it is so little. */
static mpcf_status check_look(struct pair *s, mpcf_error *err)
{
    pair_fill(s->out, 64, 9);
    MPCF_TRY(s->t->send(s->b, s->out, 64, 0, err));
    mpcf_status got = MPCF_E_TIMEOUT;
    for (int64_t limit = clock_deadline(2 * SECOND);
         got == MPCF_E_TIMEOUT && clock_now_ns() < limit;) {
        got = s->t->recv(s->a, s->in, 64, 0, NULL);
    }
    MPCF_TRY(expect_status(got, MPCF_OK, "recv() of what has come, its deadline past", err));
    return expect_same(s->in, s->out, 64, err);
}

/* Of bytes, so that a host may look for them one by one. */
static mpcf_status check_advance_look(struct pair *s, mpcf_error *err)
{
    size_t sent = 8, received = 8, none = 0;

    if (s->t->advance == NULL) {
        return pair_leave_out(s, "it has no advance()");
    }
    mpcf_status got = s->t->advance(s->a, NULL, &none, s->in, &received, 0, NULL);
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "advance() with its deadline past", err));
    if (none + received != 0) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "advance() that moved nothing says that %zu bytes came", received);
    }
    received = 8;
    MPCF_TRY(s->t->advance(s->a, s->out, &sent, s->in, &received, 0, err));
    if (sent == 0 || received != 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "advance() of 8 bytes moved %zu, and %zu came", sent,
                         received);
    }
    return MPCF_OK;
}

static mpcf_status check_accept_deadline(struct pair *s, mpcf_error *err)
{
    void *conn = NULL;
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->accept(s->listener, start + SECOND / 5, &conn, NULL);

    if (got == MPCF_OK) {
        s->t->close(conn);
    }
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "accept() with nobody there", err));
    return expect_within(start, 2 * SECOND, "accept() with a deadline in 200 ms", err);
}

static mpcf_status check_nobody(struct pair *s, mpcf_error *err)
{
    void *conn = NULL;

    pair_unlisten(s);
    int64_t start = clock_now_ns();
    mpcf_status got = pair_call(s, start + SECOND / 5, &conn, NULL);
    if (got == MPCF_OK) {
        s->t->close(conn);
    }
    MPCF_TRY(expect_status(got, MPCF_E_TIMEOUT, "connect() with nobody there", err));
    return expect_within(start, 3 * SECOND, "connect() with a deadline in 200 ms", err);
}

static mpcf_status check_late_listener(struct pair *s, mpcf_error *err)
{
    struct peer peer;

    pair_unlisten(s);
    MPCF_TRY(peer_start(&peer, s, pair_connect, err));
    pair_pause(SECOND / 5);
    /* Not pair_listen(): the peer reads the address meanwhile. */
    mpcf_status status = link_listen(s->t, s->config, s->provider, s->address, &s->listener, err);
    if (status == MPCF_OK) {
        status = s->t->accept(s->listener, pair_soon(), &s->a, err);
    }
    return peer_join(&peer, status, err);
}

const struct transport_check transport_deadline_checks[] = {
    {"recv() keeps its deadline", true, 1, check_recv_deadline},
    {"a deadline in the past is not waited for", true, 1, check_past_deadline},
    {"a deadline in the past takes what has come", true, 4, check_look},
    {"advance() says what it has moved, its deadline past, too", true, 4, check_advance_look},
    {"accept() keeps its deadline", false, 1, check_accept_deadline},
    {"connect() keeps its deadline", false, 1, check_nobody},
    {"connect() waits for a listener that starts later", false, 1, check_late_listener},
    {NULL, false, 0, NULL},
};
