/* SPDX-License-Identifier: Apache-2.0 */
#include <mpcf/transport.h>

#include "support/recording.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "channel/framing.h"
#include "channel/role.h"
#include "support/support.h"

struct recorder {
    mpcf_transport shown;
    const mpcf_transport *real;
    void *conn;
    struct recording *recording;
    enum role own, peer;
    uint8_t head[CHANNEL_FRAME_BYTES];
    size_t head_done;
    uint64_t body_left; /* of the frame that has a whole head */
    bool is_message;    /* it is no sign of life and no farewell */
};

/* One thread reads a connection, so that no lock is needed. */
static void keep(struct recorder *r, const void *data, size_t length)
{
    uint8_t **to = &r->recording->data[r->own][r->peer];
    size_t *at = &r->recording->length[r->own][r->peer];
    *to = realloc(*to, *at + length + 1);
    memcpy(*to + *at, data, length);
    *at += length;
}

static uint64_t word_of(const uint8_t *head)
{
    uint64_t word = 0;

    for (int i = 7; i >= 0; i--) {
        word = word << 8 | head[i];
    }
    return word;
}

static void take_head(struct recorder *r)
{
    const uint64_t first = word_of(r->head), second = word_of(r->head + 8);

    r->head_done = 0;
    r->is_message = first < FRAMING_RESERVED;
    r->body_left = r->is_message ? first : second;
}

/* What messages hold, without the heads of frames and what goes out of band. */
static void record(struct recorder *r, const uint8_t *data, size_t length)
{
    while (length > 0) {
        const size_t wanted =
            r->body_left > 0 ? (size_t) r->body_left : sizeof r->head - r->head_done;
        const size_t n = wanted < length ? wanted : length;

        if (r->body_left > 0) {
            if (r->is_message) {
                keep(r, data, n);
            }
            r->body_left -= n;
        } else {
            memcpy(r->head + r->head_done, data, n);
            r->head_done += n;
            if (r->head_done == sizeof r->head) {
                take_head(r);
            }
        }
        data += n;
        length -= n;
    }
}

static mpcf_status record_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                               mpcf_error *err)
{
    struct recorder *r = conn;
    return r->real->send(r->conn, buffer, length, deadline, err);
}

static mpcf_status record_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                               mpcf_error *err)
{
    struct recorder *r = conn;
    MPCF_TRY(r->real->recv(r->conn, buffer, length, deadline, err));
    record(r, buffer, length);
    return MPCF_OK;
}

static mpcf_status record_advance(void *conn, const void *out, size_t *out_length, void *in,
                                  size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct recorder *r = conn;
    const mpcf_status status =
        r->real->advance(r->conn, out, out_length, in, in_length, deadline, err);

    record(r, in, *in_length);
    return status;
}

static void record_close(void *conn)
{
    struct recorder *r = conn;
    r->real->close(r->conn);
    free(r);
}

const mpcf_transport *recording_wrap(void *context, enum role own, enum role peer,
                                     const mpcf_transport *transport, void *conn, void **wrapped)
{
    struct recorder *r = calloc(1, sizeof *r);
    assert_non_null(r);
    *r = (struct recorder){.shown = *transport, .real = transport, .conn = conn, .own = own};
    r->peer = peer;
    r->recording = context;
    r->shown.send = record_send;
    r->shown.recv = record_recv;
    r->shown.exchange = NULL;
    r->shown.advance = transport->advance == NULL ? NULL : record_advance;
    r->shown.peer_identity = NULL;
    r->shown.close = record_close;
    *wrapped = r;
    return &r->shown;
}

void recording_clear(struct recording *r)
{
    for (int by = 0; by < 3; by++) {
        for (int from = 0; from < 3; from++) {
            free(r->data[by][from]);
        }
    }
    *r = (struct recording){0};
}
