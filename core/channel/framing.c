/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages keep their bounds on a stream of bytes, and how a lost or repeated one is noticed.
 */
#include "channel/framing.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"

static void write_u64(uint8_t *bytes, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t) (value >> (8 * i));
    }
}

static uint64_t read_u64(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        value |= (uint64_t) bytes[i] << (8 * i);
    }
    return value;
}

void framing_write(uint8_t head[CHANNEL_FRAME_BYTES], uint64_t length, uint64_t sequence)
{
    write_u64(head, length);
    write_u64(head + 8, sequence);
}

mpcf_status framing_check(const uint8_t head[CHANNEL_FRAME_BYTES], uint64_t length,
                          uint64_t sequence, mpcf_error *err)
{
    uint64_t got_length = read_u64(head), got_sequence = read_u64(head + 8);
    if (got_sequence != sequence) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the peer sent message number %" PRIu64 ", expected %" PRIu64,
                         got_sequence, sequence);
    }
    if (got_length != length) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the peer sent %" PRIu64 " bytes as message %" PRIu64
                         ", expected %" PRIu64,
                         got_length, sequence, length);
    }
    return MPCF_OK;
}

mpcf_status framing_send(const struct framing *f, const void *data, size_t length,
                         uint64_t sequence, int64_t deadline, mpcf_error *err)
{
    const mpcf_transport *t = f->transport;
    if (length <= FRAMING_COPY_LIMIT) {
        framing_write(f->room, length, sequence);
        memcpy(f->room + CHANNEL_FRAME_BYTES, data, length);
        return t->send(f->conn, f->room, CHANNEL_FRAME_BYTES + length, deadline, err);
    }
    uint8_t head[CHANNEL_FRAME_BYTES];
    framing_write(head, length, sequence);
    MPCF_TRY(t->send(f->conn, head, sizeof(head), deadline, err));
    return t->send(f->conn, data, length, deadline, err);
}

mpcf_status framing_recv(const struct framing *f, void *data, size_t length, uint64_t sequence,
                         int64_t deadline, mpcf_error *err)
{
    uint8_t head[CHANNEL_FRAME_BYTES];
    MPCF_TRY(f->transport->recv(f->conn, head, sizeof(head), deadline, err));
    MPCF_TRY(framing_check(head, length, sequence, err));
    return f->transport->recv(f->conn, data, length, deadline, err);
}

/* A message on its way, in one or two pieces. */
struct journey {
    uint8_t *piece[2];
    size_t length[2];
    size_t at, done; /* current piece, bytes of it that have moved */
};

static size_t journey_left(const struct journey *j)
{
    return j->at < 2 ? j->length[j->at] - j->done : 0;
}

static uint8_t *journey_data(const struct journey *j)
{
    return j->at < 2 ? j->piece[j->at] + j->done : NULL;
}

/* True where this ended a piece. */
static bool journey_move(struct journey *j, size_t moved)
{
    j->done += moved;
    if (j->at == 2 || j->done < j->length[j->at]) {
        return false;
    }
    j->at++;
    j->done = 0;
    return true;
}

/* Sets the message off; HEAD and F's room stay in use until it has arrived. */
static void depart(const struct framing *f, const struct framing_message *m, uint8_t *head,
                   struct journey *j)
{
    *j = (struct journey){.piece = {head, m->data}, .length = {CHANNEL_FRAME_BYTES, m->length}};
    framing_write(head, m->length, m->sequence);
    if (m->length <= FRAMING_COPY_LIMIT) {
        memcpy(f->room, head, CHANNEL_FRAME_BYTES);
        memcpy(f->room + CHANNEL_FRAME_BYTES, m->data, m->length);
        *j = (struct journey){
            .piece = {NULL, f->room}, .length = {0, CHANNEL_FRAME_BYTES + m->length}, .at = 1};
    }
}

mpcf_status framing_exchange(const struct framing *f, const struct framing_message *out,
                             const struct framing_message *in, int64_t deadline, mpcf_error *err)
{
    uint8_t out_head[CHANNEL_FRAME_BYTES], in_head[CHANNEL_FRAME_BYTES];
    struct journey away;
    struct journey home = {.piece = {in_head, in->data},
                           .length = {CHANNEL_FRAME_BYTES, in->length}};
    depart(f, out, out_head, &away);
    while (away.at < 2 || home.at < 2) {
        size_t sent = journey_left(&away), received = journey_left(&home);
        MPCF_TRY(f->transport->advance(f->conn, journey_data(&away), &sent, journey_data(&home),
                                       &received, deadline, err));
        (void) journey_move(&away, sent);
        if (journey_move(&home, received) && home.at == 1) {
            MPCF_TRY(framing_check(in_head, in->length, in->sequence, err));
        }
        if ((away.at < 2 || home.at < 2) && clock_now_ns() >= deadline) {
            return mpcf_fail(err, MPCF_E_TIMEOUT, "the deadline passed within a message");
        }
    }
    return MPCF_OK;
}
