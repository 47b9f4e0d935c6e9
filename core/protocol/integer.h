/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers of a ring read as signed numbers.
 */
#ifndef MPCF_PROTOCOL_INTEGER_H
#define MPCF_PROTOCOL_INTEGER_H

#include <stdint.h>

static inline uint64_t ring_mask(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* 2^bits modulo 2^64. */
static inline uint64_t ring_power(unsigned bits)
{
    return bits >= 64 ? 0 : UINT64_C(1) << bits;
}

/* x modulo 2^bits in [-2^(bits-1), 2^(bits-1)), two's complement in 64 bits. */
static inline uint64_t ring_sign_extend(uint64_t x, unsigned bits)
{
    uint64_t top = UINT64_C(1) << (bits - 1);
    return ((x & ring_mask(bits)) ^ top) - top;
}

/* Signed x / 2^shift, rounded to nearest, halves up. */
static inline uint64_t ring_round_shift(uint64_t x, unsigned shift)
{
    if (shift == 0) {
        return x;
    }
    if (shift > 63) {
        return 0;
    }
    uint64_t sign = 0 - (x >> 63);
    uint64_t floor = (x >> shift) | (sign & ~(UINT64_MAX >> shift));
    return floor + (x >> (shift - 1) & 1);
}

#endif
