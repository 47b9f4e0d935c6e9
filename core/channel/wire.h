/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection as a stream of bytes both ways, whatever kind of transport it is of.
 */
#ifndef MPCF_CHANNEL_WIRE_H
#define MPCF_CHANNEL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/transport.h>

/* Over a transport that keeps boundaries one message has at most this; both ends cut alike, so what
 * one offers to wire_move() is what the other asks for. */
#define WIRE_PIECE ((size_t) 64 << 10)

struct wire {
    const mpcf_transport *transport;
    void *conn;
};

/*
 * Moves what goes now of both directions, at least a byte of either. *OUT_LENGTH and *IN_LENGTH are
 * the bytes wanted (one may be 0), on return those that have moved, also where it fails.
 * MPCF_E_TIMEOUT: nothing for PATIENCE_NS; 0 does not wait. MPCF_E_INTERRUPTED: a signal ended a
 * wait. Both at once only where wire_is_duplex().
 */
mpcf_status wire_move(const struct wire *w, const void *out, size_t *out_length, void *in,
                      size_t *in_length, int64_t patience_ns, mpcf_error *err);
/* False for a stream without advance(): its send() runs in one thread while recv() does in
 * another. */
bool wire_is_duplex(const struct wire *w);
/* Whether what is sent in one piece must be asked for in one. */
bool wire_keeps_bounds(const struct wire *w);

#endif
