/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How numbers of k bits become bytes of a message, and back.
 */
#include "protocol/message.h"

#include <assert.h>

#include "ring/ring.h"

struct packed_array message_array(struct message *m, size_t count, unsigned bits)
{
    size_t length = ring_packed_size(count, bits);

    assert(length <= m->length - m->at); /* costs and writers agree */
    struct packed_array a = {.data = m->data + m->at, .bits = bits};
    m->at += length;
    return a;
}

void packed_write(struct packed_array a, size_t first, const uint64_t *x, size_t n)
{
    assert(first * a.bits % 8 == 0);
    ring_pack_bits(a.data + first * a.bits / 8, x, n, a.bits);
}

void packed_read(struct packed_array a, size_t first, uint64_t *x, size_t n)
{
    assert(first * a.bits % 8 == 0);
    ring_unpack_bits(x, a.data + first * a.bits / 8, n, a.bits);
}

uint64_t packed_cost(size_t count, unsigned bits)
{
    return 8 * (count / 8 * bits + (count % 8 * bits + 7) / 8);
}
