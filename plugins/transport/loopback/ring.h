/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two rings in memory that two processes share, one for each direction: a side puts bytes into its
 * own and takes them out of the other's. No locks and no system calls here; who finds nothing to
 * move says that it waits, and is woken by other means (ring_link.h).
 *
 * The peer may write anything anywhere in that memory, at any time. So a side keeps its own
 * counters to itself and only shows them, reads each of the peer's once and holds it against the
 * size, and gives away copies of the data, never the memory itself.
 */
#ifndef MPCF_LOOPBACK_RING_H
#define MPCF_LOOPBACK_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

/* Of one direction; a power of two. All of it is walked through, also by short messages: it must stay
 * in a processor's cache. And what moves in one go, so that the peer takes it while the next is put. */
enum { RING_BYTES = 256 << 10, RING_PIECE = 64 << 10 };

/* What a side writes for the other to read; counters are on lines of the cache of their own. */
struct ring_side {
    _Alignas(128) _Atomic uint64_t put; /* bytes since the beginning */
    _Alignas(128) _Atomic uint64_t taken;
    _Alignas(128) _Atomic uint32_t waits; /* RING_FOR_*; 0: it does not, or was woken */
};
enum { RING_FOR_BYTES = 1, RING_FOR_ROOM = 2 };

/* The memory, as both see it: version 1. It begins as zeros. */
struct ring_memory {
    struct ring_side side[2];                   /* 0: of who called */
    _Alignas(4096) uint8_t data[2][RING_BYTES]; /* [i]: what side i puts */
};

struct ring {
    struct ring_memory *memory;
    unsigned side; /* which is ours, 0 or 1 */
    uint64_t put, taken;
};

/* Moves up to LENGTH bytes, RING_PIECE and what goes now; *MOVED: how many, maybe 0.
 * MPCF_E_PROTOCOL: the peer's counters cannot be. */
mpcf_status ring_put(struct ring *r, const uint8_t *from, size_t length, size_t *moved,
                     mpcf_error *err);
mpcf_status ring_take(struct ring *r, uint8_t *to, size_t length, size_t *moved, mpcf_error *err);

/* Whether something can be moved of what is wanted (RING_FOR_*); also where the peer lies. */
bool ring_can(const struct ring *r, unsigned wanted);
/* Says for what this side waits. False, and nothing said, where it need not. What the peer does
 * after true wakes this side. */
bool ring_waits(struct ring *r, unsigned wanted);
void ring_waits_no_more(struct ring *r);
/* Whether the peer waits for what this side has done, so that it must be woken; true once. For
 * room alone only where half of it is free, or IS_LAST: nothing more will be taken now. */
bool ring_must_wake(struct ring *r, bool is_last);

/* Whether the peer has not taken all that this side put. */
bool ring_is_behind(const struct ring *r);
/* All that the peer ever put and this side took, or never will. What this side put is the peer's. */
void ring_wipe(struct ring *r);

#endif
