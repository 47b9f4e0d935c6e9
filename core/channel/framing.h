/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages over transports that keep no boundaries: a head stands before each, its length and
 * its number in this direction, both 64-bit little-endian.
 */
#ifndef MPCF_CHANNEL_FRAMING_H
#define MPCF_CHANNEL_FRAMING_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/transport.h>

/* Bytes a message costs beside its content: length and sequence number; 0 over transports
 * that keep boundaries. The cost engine adds CHANNEL_FRAME_BYTES a message always, and so does
 * the meter, so that figures do not depend on the transport. */
#define CHANNEL_FRAME_BYTES 16

/* Messages up to this go with their head in one call, by way of a copy. */
#define FRAMING_COPY_LIMIT ((size_t) 64 << 10)

struct framing {
    const mpcf_transport *transport;
    void *conn;
    uint8_t *room; /* FRAMING_COPY_LIMIT + CHANNEL_FRAME_BYTES, for such a copy */
};

void framing_write(uint8_t head[CHANNEL_FRAME_BYTES], uint64_t length, uint64_t sequence);
/* MPCF_E_PROTOCOL, saying what came and what was expected, where either differs. */
mpcf_status framing_check(const uint8_t head[CHANNEL_FRAME_BYTES], uint64_t length,
                          uint64_t sequence, mpcf_error *err);

/* One message; LENGTH is not 0. */
mpcf_status framing_send(const struct framing *f, const void *data, size_t length,
                         uint64_t sequence, int64_t deadline, mpcf_error *err);
mpcf_status framing_recv(const struct framing *f, void *data, size_t length, uint64_t sequence,
                         int64_t deadline, mpcf_error *err);

struct framing_message {
    uint8_t *data; /* only read where it is sent */
    size_t length;
    uint64_t sequence;
};
/* Both at once, over a transport with advance(). */
mpcf_status framing_exchange(const struct framing *f, const struct framing_message *out,
                             const struct framing_message *in, int64_t deadline, mpcf_error *err);

#endif
