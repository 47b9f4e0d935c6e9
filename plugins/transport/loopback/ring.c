/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in and out of shared memory whose other user is not trusted. */
#include "ring.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
              "a lock would not be shared");
static_assert(offsetof(struct ring_memory, data) == 4096, "both ends know it so");
static_assert(sizeof(struct ring_memory) == 4096 + 2 * RING_BYTES, "both ends know it so");

static struct ring_side *ours(const struct ring *r)
{
    return &r->memory->side[r->side];
}

static struct ring_side *theirs(const struct ring *r)
{
    return &r->memory->side[1 - r->side];
}

/* Bytes of ours that the peer has not taken; above RING_BYTES: it lies. Stores and loads that wait
 * for each other's order are sequentially consistent, see ring_waits(). */
static uint64_t not_taken(const struct ring *r)
{
    return r->put - atomic_load(&theirs(r)->taken);
}

/* Bytes of the peer's that this side has not taken; above RING_BYTES: it lies. */
static uint64_t not_heard(const struct ring *r)
{
    return atomic_load(&theirs(r)->put) - r->taken;
}

static mpcf_status refuse(mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_PROTOCOL,
                     "the peer's counters in shared memory are wrong by more than its size");
}

static size_t least(size_t a, uint64_t b)
{
    size_t least = a < RING_PIECE ? a : RING_PIECE;

    return b < least ? (size_t) b : least;
}

mpcf_status ring_put(struct ring *r, const uint8_t *from, size_t length, size_t *moved,
                     mpcf_error *err)
{
    const uint64_t held = not_taken(r);

    *moved = 0;
    if (held > RING_BYTES) {
        return refuse(err);
    }
    const size_t goes = least(length, RING_BYTES - held), at = (size_t) (r->put % RING_BYTES);
    if (goes == 0) {
        return MPCF_OK;
    }
    const size_t first = goes < RING_BYTES - at ? goes : RING_BYTES - at;
    memcpy(r->memory->data[r->side] + at, from, first);
    memcpy(r->memory->data[r->side], from + first, goes - first);
    r->put += goes;
    atomic_store(&ours(r)->put, r->put);
    *moved = goes;
    return MPCF_OK;
}

mpcf_status ring_take(struct ring *r, uint8_t *to, size_t length, size_t *moved, mpcf_error *err)
{
    const uint64_t there = not_heard(r);

    *moved = 0;
    if (there > RING_BYTES) {
        return refuse(err);
    }
    const size_t goes = least(length, there), at = (size_t) (r->taken % RING_BYTES);
    if (goes == 0) {
        return MPCF_OK;
    }
    const size_t first = goes < RING_BYTES - at ? goes : RING_BYTES - at;
    memcpy(to, r->memory->data[1 - r->side] + at, first);
    memcpy(to + first, r->memory->data[1 - r->side], goes - first);
    r->taken += goes;
    atomic_store(&ours(r)->taken, r->taken);
    *moved = goes;
    return MPCF_OK;
}

bool ring_can(const struct ring *r, unsigned wanted)
{
    return ((wanted & RING_FOR_BYTES) != 0 && not_heard(r) != 0) ||
           ((wanted & RING_FOR_ROOM) != 0 && not_taken(r) != RING_BYTES);
}

/* The flag first, then a look at the counters; the peer moves a counter first and then looks at the
 * flag. In the one order of all four at least one of the two looks finds what it looks for. */
bool ring_waits(struct ring *r, unsigned wanted)
{
    atomic_store(&ours(r)->waits, wanted);
    if (!ring_can(r, wanted)) {
        return true;
    }
    ring_waits_no_more(r);
    return false;
}

void ring_waits_no_more(struct ring *r)
{
    atomic_store_explicit(&ours(r)->waits, 0, memory_order_relaxed);
}

bool ring_must_wake(struct ring *r, bool is_last)
{
    const uint32_t waits = atomic_load(&theirs(r)->waits);

    if (waits == 0 || (waits == RING_FOR_ROOM && !is_last && not_heard(r) > RING_BYTES / 2)) {
        return false;
    }
    return atomic_exchange(&theirs(r)->waits, 0) != 0;
}

bool ring_is_behind(const struct ring *r)
{
    return not_taken(r) != 0;
}

void ring_wipe(struct ring *r)
{
    explicit_bzero(r->memory->data[1 - r->side], RING_BYTES);
}
