/* SPDX-License-Identifier: Apache-2.0 */
#include <mpcf/transport.h>

#include "support/recording.h"

#include <stdlib.h>
#include <string.h>

#include "channel/role.h"
#include "support/frames.h"
#include "support/support.h"

struct recorder {
    mpcf_transport shown;
    const mpcf_transport *real;
    void *conn;
    struct recording *recording;
    struct frames frames;
    enum role own, peer;
};

/* One thread reads a connection, so that no lock is needed. */
static void record(struct recorder *r, const void *data, size_t length)
{
    uint8_t **to = &r->recording->data[r->own][r->peer];
    size_t *at = &r->recording->length[r->own][r->peer];
    *to = realloc(*to, *at + length + 1);
    memcpy(*to + *at, data, length);
    *at += length;
}

static mpcf_status record_advance(void *conn, const void *out, size_t *out_length, void *in,
                                  size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct recorder *r = conn;
    mpcf_status status = r->real->advance(r->conn, out, out_length, in, in_length, deadline, err);
    if (*in_length != 0 && frames_next(&r->frames, in, *in_length)) {
        record(r, in, *in_length);
    }
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
    r->shown.advance = record_advance;
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
