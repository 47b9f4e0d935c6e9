/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing to the bit, a word at a time.
 */
#include <string.h>

#include <endian.h>

#include "ring/packed_size.h"
#include "ring/ring_kernel.h"

static uint64_t mask_of(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

static void store_word(uint8_t *to, uint64_t word, size_t bytes)
{
    word = htole64(word);
    memcpy(to, &word, bytes);
}

static uint64_t load_word(const uint8_t *from, size_t bytes)
{
    uint64_t word = 0;

    memcpy(&word, from, bytes);
    return le64toh(word);
}

static void pack(uint8_t *out, const uint64_t *x, size_t n, unsigned bits)
{
    const uint64_t mask = mask_of(bits);
    uint64_t word = 0;
    unsigned filled = 0; /* bits of WORD, below 64 */

    for (size_t i = 0; i < n; i++) {
        uint64_t value = x[i] & mask;

        word |= value << filled;
        filled += bits;
        if (filled >= 64) {
            store_word(out, word, 8);
            out += 8;
            filled -= 64;
            word = filled == 0 ? 0 : value >> (bits - filled);
        }
    }
    store_word(out, word, (filled + 7) / 8);
}

static void unpack(uint64_t *x, const uint8_t *in, size_t n, unsigned bits)
{
    const uint64_t mask = mask_of(bits);
    size_t left = ring_packed_size(n, bits);
    uint64_t word = 0;
    unsigned held = 0; /* bits of WORD, below 64 */

    for (size_t i = 0; i < n; i++) {
        uint64_t value = word;

        if (held >= bits) {
            word >>= bits;
            held -= bits;
        } else {
            size_t bytes = left < 8 ? left : 8;
            uint64_t next = bytes == 8 ? load_word(in, 8) : load_word(in, bytes);
            unsigned taken = bits - held; /* of NEXT, 1 .. 64 */

            in += bytes;
            left -= bytes;
            value |= next << held;
            word = taken == 64 ? 0 : next >> taken;
            held = 64 - taken;
        }
        x[i] = value & mask;
    }
}

const struct ring_bits_kernel ring_bits_kernel_portable = {pack, unpack};
