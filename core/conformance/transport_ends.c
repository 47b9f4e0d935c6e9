/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that end, are refused, follow one another or stand side by side. */
#include "conformance/transport_ends.h"

#include "base/clock.h"
#include "conformance/transport_pair.h"

static mpcf_status check_last_words(struct pair *s, mpcf_error *err)
{
    pair_fill(s->out, 1000, 5);
    MPCF_TRY(s->t->send(s->b, s->out, 1000, pair_soon(), err));
    pair_close(s, &s->b);
    MPCF_TRY(s->t->recv(s->a, s->in, 1000, pair_soon(), err));
    MPCF_TRY(expect_same(s->in, s->out, 1000, err));
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, 8, pair_soon(), NULL);
    MPCF_TRY(expect_status(got, MPCF_E_CLOSED, "recv() after the peer closed", err));
    return expect_within(start, 5 * SECOND, "recv() after the peer closed", err);
}

static mpcf_status close_b_later(struct pair *s, mpcf_error *err)
{
    (void) err;
    pair_pause(SECOND / 5);
    pair_close(s, &s->b);
    return MPCF_OK;
}

static mpcf_status check_death_in_recv(struct pair *s, mpcf_error *err)
{
    struct peer peer;

    MPCF_TRY(peer_start(&peer, s, close_b_later, err));
    int64_t start = clock_now_ns();
    mpcf_status got = s->t->recv(s->a, s->in, LARGEST, pair_soon(), NULL);
    mpcf_status status = expect_status(got, MPCF_E_CLOSED, "recv() when the peer closes", err);
    if (status == MPCF_OK) {
        status = expect_within(start, 5 * SECOND, "recv() when the peer closes", err);
    }
    return peer_join(&peer, status, err);
}

/* A transport may take a few messages into its queue before it sees that nobody reads. */
static mpcf_status check_death_in_send(struct pair *s, mpcf_error *err)
{
    struct peer peer;

    MPCF_TRY(peer_start(&peer, s, close_b_later, err));
    int64_t start = clock_now_ns();
    mpcf_status got = MPCF_OK;
    while (got == MPCF_OK && clock_now_ns() - start < 5 * SECOND) {
        got = s->t->send(s->a, s->out, MIB, pair_soon(), NULL);
    }
    mpcf_status status = expect_status(got, MPCF_E_CLOSED, "send() when the peer closes", err);
    return peer_join(&peer, status, err);
}

static mpcf_status check_wrong_length(struct pair *s, mpcf_error *err)
{
    if ((s->t->caps & MPCF_TRANSPORT_MESSAGES) == 0) {
        return pair_leave_out(s, "without MPCF_TRANSPORT_MESSAGES the host frames");
    }
    MPCF_TRY(s->t->send(s->b, s->out, 100, pair_soon(), err));
    mpcf_status got = s->t->recv(s->a, s->in, 101, pair_soon(), NULL);
    return expect_status(got, MPCF_E_PROTOCOL, "recv() of a message of another length", err);
}

static mpcf_status check_reconnect(struct pair *s, mpcf_error *err)
{
    for (unsigned i = 0; i < 3; i++) {
        pair_close(s, &s->b);
        pair_close(s, &s->a);
        MPCF_TRY(pair_join(s, err));
        pair_fill(s->out, 64, i);
        MPCF_TRY(s->t->send(s->b, s->out, 64, pair_soon(), err));
        MPCF_TRY(s->t->recv(s->a, s->in, 64, pair_soon(), err));
        MPCF_TRY(expect_same(s->in, s->out, 64, err));
    }
    return MPCF_OK;
}

static mpcf_status cross_check(struct pair *s, void *a, void *b, mpcf_error *err)
{
    pair_fill(s->out, 8, 1);
    pair_fill(s->out + 8, 8, 2);
    MPCF_TRY(s->t->send(b, s->out + 8, 8, pair_soon(), err));
    MPCF_TRY(s->t->send(s->b, s->out, 8, pair_soon(), err));
    MPCF_TRY(s->t->recv(s->a, s->in, 8, pair_soon(), err));
    MPCF_TRY(s->t->recv(a, s->in + 8, 8, pair_soon(), err));
    return expect_same(s->in, s->out, 16, err);
}

static mpcf_status check_two(struct pair *s, mpcf_error *err)
{
    void *a = s->a, *b = s->b;

    s->a = s->b = NULL;
    mpcf_status status = pair_join(s, err);
    if (status == MPCF_OK) {
        status = cross_check(s, a, b, err);
    }
    pair_close(s, &b);
    pair_close(s, &a);
    return status;
}

static mpcf_status check_identity(struct pair *s, mpcf_error *err)
{
    if ((s->t->caps & MPCF_TRANSPORT_AUTHENTICATED) == 0) {
        return pair_leave_out(s, "it does not set MPCF_TRANSPORT_AUTHENTICATED");
    }
    char text[256] = "";
    if (s->t->peer_identity == NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "authenticated, but peer_identity is missing");
    }
    MPCF_TRY(s->t->peer_identity(s->a, text, sizeof(text), err));
    if (text[0] == '\0') {
        return mpcf_fail(err, MPCF_E_INVALID, "authenticated, but the identity is empty");
    }
    return MPCF_OK;
}

/* What serves is not refused by its text. */
static mpcf_status check_judgement(struct pair *s, mpcf_error *err)
{
    if (s->t->check_address == NULL) {
        return pair_leave_out(s, "it has no check_address()");
    }
    MPCF_TRY(s->t->check_address(s->config, s->wish, true, err));
    return s->t->check_address(s->config, s->address, false, err);
}

static mpcf_status check_close(struct pair *s, mpcf_error *err)
{
    int64_t start = clock_now_ns();

    pair_close(s, &s->a);
    pair_close(s, &s->b);
    return expect_within(start, 3 * SECOND, "close() of both ends", err);
}

const struct transport_check transport_end_checks[] = {
    {"what was sent before close() arrives", true, 1, check_last_words},
    {"a peer that closes ends recv()", true, 1, check_death_in_recv},
    {"a peer that closes ends send()", true, 1, check_death_in_send},
    {"a message of another length is refused", true, 1, check_wrong_length},
    {"a listener takes connections one after another", true, 1, check_reconnect},
    {"two connections are independent", true, 1, check_two},
    {"an authenticated peer has a name", true, 1, check_identity},
    {"check_address() takes the addresses that serve", false, 1, check_judgement},
    {"close() does not linger", true, 1, check_close},
    {NULL, false, 0, NULL},
};
