/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of every length arrive, one way and both ways at once. */
#include "conformance/transport_traffic.h"

#include "base/memory.h"
#include "conformance/transport_pair.h"

static const size_t lengths[] = {0,     1,       2,    15,      16,      17,
                                 255,   256,     4095, 4096,    65535,   65536,
                                 65537, MIB - 1, MIB,  MIB + 1, 8 * MIB, LARGEST};
#define LENGTH_COUNT (sizeof(lengths) / sizeof(lengths[0]))

static mpcf_status echo_lengths(struct pair *s, mpcf_error *err)
{
    for (size_t i = 0; i < LENGTH_COUNT; i++) {
        MPCF_TRY(s->t->recv(s->b, s->in, lengths[i], pair_soon(), err));
        MPCF_TRY(s->t->send(s->b, s->in, lengths[i], pair_soon(), err));
    }
    return MPCF_OK;
}

static mpcf_status send_lengths(struct pair *s, mpcf_error *err)
{
    uint8_t *back = mpcf_alloc_array(LARGEST, 1);

    if (back == NULL) {
        return mpcf_fail_memory(err, LARGEST, "a message");
    }
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; status == MPCF_OK && i < LENGTH_COUNT; i++) {
        pair_fill(s->out, lengths[i] < MIB ? lengths[i] : MIB, i);
        status = s->t->send(s->a, s->out, lengths[i], pair_soon(), err);
        if (status == MPCF_OK) {
            status = s->t->recv(s->a, back, lengths[i], pair_soon(), err);
        }
        if (status == MPCF_OK) {
            status = expect_same(back, s->out, lengths[i], err);
        }
    }
    mpcf_free(back);
    return status;
}

static mpcf_status check_lengths(struct pair *s, mpcf_error *err)
{
    struct peer peer;

    MPCF_TRY(peer_start(&peer, s, echo_lengths, err));
    mpcf_status status = send_lengths(s, err);
    if (status != MPCF_OK) {
        pair_close(s, &s->a); /* sets the other end free */
    }
    return peer_join(&peer, status, err);
}

#define HALF (LARGEST / 2)

/* Each end uses its half of both buffers. */
static mpcf_status exchange_b(struct pair *s, mpcf_error *err)
{
    MPCF_TRY(s->t->exchange(s->b, s->out + HALF, HALF, s->in + HALF, HALF, pair_soon(), err));
    return s->t->exchange(s->b, s->out + HALF, 3, s->in + HALF, HALF, pair_soon(), err);
}

static mpcf_status exchange_a(struct pair *s, mpcf_error *err)
{
    MPCF_TRY(s->t->exchange(s->a, s->out, HALF, s->in, HALF, pair_soon(), err));
    MPCF_TRY(expect_same(s->in, s->out + HALF, HALF, err));
    MPCF_TRY(s->t->exchange(s->a, s->out, HALF, s->in, 3, pair_soon(), err));
    return expect_same(s->in, s->out + HALF, 3, err);
}

static mpcf_status check_exchange(struct pair *s, mpcf_error *err)
{
    if (s->t->exchange == NULL) {
        return pair_leave_out(s, "it has no exchange(), which is not called any more");
    }
    pair_fill(s->out, LARGEST, 77);
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, exchange_b, err));
    mpcf_status status = exchange_a(s, err);
    if (status != MPCF_OK) {
        pair_close(s, &s->a);
    }
    status = peer_join(&peer, status, err);
    if (status == MPCF_OK) {
        status = expect_same(s->in + HALF, s->out, HALF, err);
    }
    return status;
}

static mpcf_status advance_all(const mpcf_transport *t, void *conn, const uint8_t *out, uint8_t *in,
                               size_t length, mpcf_error *err)
{
    size_t sent = 0, received = 0;

    while (sent < length || received < length) {
        size_t away = length - sent, home = length - received;
        MPCF_TRY(t->advance(conn, out + sent, &away, in + received, &home, pair_soon(), err));
        if (away + home == 0 || away > length - sent || home > length - received) {
            return mpcf_fail(err, MPCF_E_INVALID, "advance() moved %zu and %zu bytes", away, home);
        }
        sent += away;
        received += home;
    }
    return MPCF_OK;
}

static mpcf_status advance_b(struct pair *s, mpcf_error *err)
{
    return advance_all(s->t, s->b, s->out + HALF, s->in + HALF, HALF, err);
}

static mpcf_status check_advance(struct pair *s, mpcf_error *err)
{
    if (s->t->advance == NULL) {
        return pair_leave_out(s, "it has no advance()");
    }
    pair_fill(s->out, LARGEST, 78);
    struct peer peer;
    MPCF_TRY(peer_start(&peer, s, advance_b, err));
    mpcf_status status = advance_all(s->t, s->a, s->out, s->in, HALF, err);
    if (status != MPCF_OK) {
        pair_close(s, &s->a);
    }
    status = peer_join(&peer, status, err);
    if (status == MPCF_OK) {
        status = expect_same(s->in + HALF, s->out, HALF, err);
    }
    return status == MPCF_OK ? expect_same(s->in, s->out + HALF, HALF, err) : status;
}

const struct transport_check transport_traffic_checks[] = {
    {"messages of 0 bytes to 64 MiB arrive whole", true, 1, check_lengths},
    {"both directions go at once", true, 1, check_exchange},
    {"advance() moves both directions", true, 1, check_advance},
    {NULL, false, 0, NULL},
};
