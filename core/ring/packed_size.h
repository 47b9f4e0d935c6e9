/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long ring elements are when they are packed to the bit, for whoever packs or sends them.
 */
#ifndef MPCF_RING_PACKED_SIZE_H
#define MPCF_RING_PACKED_SIZE_H

#include <assert.h>
#include <stddef.h>

/* Bytes: ceil(n bits / 8), for 1 to 64 bits. */
static inline size_t ring_packed_size(size_t n, unsigned bits)
{
    assert(bits >= 1 && bits <= 64);
    return n / 8 * bits + (n % 8 * bits + 7) / 8;
}

#endif
