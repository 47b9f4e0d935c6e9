/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing numbers that nobody may see, not by time either.
 */
#ifndef MPCF_PROTOCOL_HIDDEN_EQUAL_H
#define MPCF_PROTOCOL_HIDDEN_EQUAL_H

#include <stdint.h>

/* 0, which the compiler does not know: else clang sees that a mask is all or nothing, and branches on it. Asked for once
 * before a loop, which keeps its vectors. */
uint64_t hidden_zero(void);

/* All bits where A is B, else none. ZERO: hidden_zero(). */
static inline uint64_t hidden_equal(uint64_t a, uint64_t b, uint64_t zero)
{
    const uint64_t difference = a ^ b;
    const uint64_t differs = (difference | (0 - difference)) >> 63;

    return (differs ^ zero) - 1;
}

#endif
