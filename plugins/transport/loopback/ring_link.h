/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection between two processes of one machine: bytes through shared memory where both ends
 * have agreed on it (ring_offer.h), else through the Unix socket. With memory the socket is what
 * wakes the peer, a byte where it has said that it waits, and what tells of its end.
 *
 * Errors, deadlines and signals as in ../stream/stream.h; besides MPCF_E_PROTOCOL: the peer does
 * not keep to what was agreed, and MPCF_E_NOMEM. What a peer put into memory before it ended, also
 * by a signal, still comes.
 */
#ifndef MPCF_LOOPBACK_RING_LINK_H
#define MPCF_LOOPBACK_RING_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "ring.h"

struct ring_link {
    int fd;
    enum {
        LINK_SOCKET,
        LINK_ASKED,   /* of who was called: has the peer made an offer? */
        LINK_OFFERED, /* of who called: the answer is not there yet, nothing waits for it */
        LINK_MEMORY,
        LINK_REFUSED,
    } state;
    bool is_over;   /* the peer has ended: what it put in before is all that comes */
    unsigned looks; /* at the counters before a sleep */
    struct ring ring;
};

/* Of FD, which stays the caller's; no wait. SHARES: offer memory, or take it where it is offered. */
void ring_link_call(struct ring_link *l, int fd, bool shares);
void ring_link_answer(struct ring_link *l, int fd, bool shares);
void ring_link_end(struct ring_link *l);

/* mpcf_transport's send(), recv(), advance(). */
mpcf_status ring_link_send(struct ring_link *l, const void *buffer, size_t length, int64_t deadline,
                           mpcf_error *err);
mpcf_status ring_link_recv(struct ring_link *l, void *buffer, size_t length, int64_t deadline,
                           mpcf_error *err);
mpcf_status ring_link_advance(struct ring_link *l, const void *out, size_t *out_length, void *in,
                              size_t *in_length, int64_t deadline, mpcf_error *err);

#endif
