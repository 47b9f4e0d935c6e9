/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where messages begin and end in what a connection moves. All that the faults know of mpcf's
 * frames is here.
 */
#ifndef MPCF_TESTS_WATCH_H
#define MPCF_TESTS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/framing.h"

/* One direction of a connection. */
struct watch {
    uint8_t head[CHANNEL_FRAME_BYTES];
    size_t head_length;
    uint64_t length, left; /* of the message at hand, behind its head */
    bool is_beside;        /* it is out of band */
    uint64_t hash;         /* of what is there of it */
};
/* A message is through: its length and hash (FNV-1a, 64 bits: among a million of messages two
 * that differ have one hash with probability 3e-8). */
typedef void watch_message(void *context, uint64_t length, uint64_t hash);

/* The next LENGTH bytes of the direction; FRAMED: the transport keeps no boundaries, else they
 * are a message. */
void watch_bytes(struct watch *w, bool framed, const void *data, size_t length,
                 watch_message *message, void *context);

#endif
