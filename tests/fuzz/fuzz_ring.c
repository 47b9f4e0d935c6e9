/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loopback's shared memory under a peer that writes anything there: steps of nine bytes, what to do
 * and a number. Nothing moves that the peer's counters do not allow, or beyond what was asked for.
 */
#include "../../plugins/transport/loopback/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 9, ROOM = 3 * RING_PIECE / 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

static void put(struct ring *r, const uint8_t *from, size_t length, uint64_t theirs)
{
    const uint64_t before = r->put;
    size_t moved = 0;
    const mpcf_status status = ring_put(r, from, length, &moved, NULL);

    expect((status == MPCF_OK) == (before - theirs <= RING_BYTES));
    expect(moved <= length && moved <= RING_PIECE && r->put == before + moved);
    expect(moved == 0 || r->put - theirs <= RING_BYTES);
}

static void take(struct ring *r, uint8_t *to, size_t length, uint64_t theirs)
{
    const uint64_t before = r->taken;
    size_t moved = 0;
    const mpcf_status status = ring_take(r, to, length, &moved, NULL);

    expect((status == MPCF_OK) == (theirs - before <= RING_BYTES));
    expect(moved <= length && moved <= RING_PIECE && r->taken == before + moved);
    expect(moved <= theirs - before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ring_memory memory;
    static uint8_t bytes[ROOM];
    struct ring r = {.memory = &memory, .side = size % 2};
    struct ring_side *peer = &memory.side[1 - r.side];

    memset(memory.side, 0, sizeof(memory.side));
    for (; size >= STEP; data += STEP, size -= STEP) {
        uint64_t number = 0;
        memcpy(&number, data + 1, sizeof(number));
        switch (data[0] % 8) {
        case 0:
            atomic_store(&peer->put, number);
            break;
        case 1:
            atomic_store(&peer->taken, number);
            break;
        case 2:
            atomic_store(&peer->put, r.taken + number % (RING_BYTES + 2));
            break;
        case 3:
            atomic_store(&peer->taken, r.put - number % (RING_BYTES + 2));
            break;
        case 4:
            put(&r, bytes, number % (ROOM + 1), atomic_load(&peer->taken));
            break;
        case 5:
            take(&r, bytes, number % (ROOM + 1), atomic_load(&peer->put));
            break;
        case 6:
            expect(!ring_waits(&r, number & 3) || !ring_can(&r, number & 3));
            break;
        default:
            atomic_store(&peer->waits, (uint32_t) number);
            expect(!ring_must_wake(&r, true) || atomic_load(&peer->waits) == 0);
            break;
        }
    }
    return 0;
}
