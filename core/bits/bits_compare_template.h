/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparison by groups of up to four bits, a register of words at a time, compiled for each file's
 * instructions; the including file says BITS_COMPARE_NAME, the table it fills.
 */
#include <string.h>

#include "bits/bits_kernel.h"

/* A whole register: the compiler handles wider vectors badly. */
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX2__)
#define LANES 4
#else
#define LANES 2
#endif
#define INLINE static inline __attribute__((always_inline))

typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));

/* COUNT words, the others 0. */
INLINE void load(lanes *v, const uint64_t *from, size_t count)
{
    if (count == LANES) {
        memcpy(v, from, sizeof *v);
    } else {
        memset(v, 0, sizeof *v);
        memcpy(v, from, count * sizeof *from);
    }
}

INLINE void store(uint64_t *to, const lanes *v, size_t count)
{
    if (count == LANES) {
        memcpy(to, v, sizeof *v);
    } else {
        memcpy(to, v, count * sizeof *to);
    }
}

INLINE void fill(lanes *v, uint64_t word)
{
    *v = (lanes){0} + word;
}

static size_t step_of(size_t left)
{
    return left < LANES ? left : LANES;
}

INLINE void subtract_step(uint64_t *difference, const uint64_t *number, uint64_t t, size_t stride,
                          unsigned bits, size_t count)
{
    lanes borrow = {0}, x, d;

    for (unsigned j = 0; j < bits; j++) {
        load(&x, number + j * stride, count);
        d = x ^ borrow;
        if ((t >> j & 1) != 0) { /* public */
            d = ~d;
            borrow |= ~x;
        } else {
            borrow &= ~x;
        }
        store(difference + j * stride, &d, count);
    }
}

static void subtract(uint64_t *difference, const uint64_t *number, uint64_t t, size_t stride,
                     unsigned bits, size_t words)
{
    size_t w = 0;

    for (; w + LANES <= words; w += LANES) {
        subtract_step(difference + w, number + w, t, stride, bits, LANES);
    }
    for (; w < words; w++) {
        subtract_step(difference + w, number + w, t, stride, bits, 1);
    }
}

/* Products of the four literals of two planes: IS[j] has the elements where they are j. A plane
 * beyond BITS is 0. */
INLINE void two_planes(lanes is[4], const uint64_t *number, size_t stride, unsigned first,
                       unsigned bits, size_t count)
{
    lanes low, high;

    fill(&low, 0);
    fill(&high, 0);
    if (first < bits) {
        load(&low, number + first * stride, count);
    }
    if (first + 1 < bits) {
        load(&high, number + (first + 1) * stride, count);
    }
    is[0] = ~low & ~high;
    is[1] = low & ~high;
    is[2] = ~low & high;
    is[3] = low & high;
}

INLINE void one_hot_step(uint64_t *hot, const uint64_t *number, size_t stride, unsigned bits,
                         size_t count)
{
    lanes low[4], high[4], is;

    two_planes(low, number, stride, 0, bits, count);
    two_planes(high, number, stride, 2, bits, count);
    for (unsigned j = 1; j < 1u << bits; j++) {
        is = low[j % 4] & high[j / 4];
        store(hot + (j - 1) * stride, &is, count);
    }
}

static void one_hot(uint64_t *hot, const uint64_t *number, size_t stride, unsigned bits,
                    size_t words)
{
    for (size_t w = 0; w < words; w += LANES) {
        one_hot_step(hot + w, number + w, stride, bits, step_of(words - w));
    }
}

/* less = sum of [r = j] [number < j]; equal = [number = 0] + sum of [r = j] ([number = j] +
 * [number = 0]), as [r = 0] is one and the sum of the others. */
INLINE void group_step(uint64_t *less, uint64_t *equal, const uint64_t *hot, const uint64_t *number,
                       size_t stride, unsigned bits, uint64_t first, size_t count)
{
    lanes low[4], high[4], is, zero, below, share, l, e;

    two_planes(low, number, stride, 0, bits, count);
    two_planes(high, number, stride, 2, bits, count);
    zero = low[0] & high[0];
    below = zero;
    fill(&l, 0);
    fill(&e, first);
    e &= zero;
    for (unsigned j = 1; j < 1u << bits; j++) {
        is = low[j % 4] & high[j / 4];
        load(&share, hot + (j - 1) * stride, count);
        l ^= share & below;
        e ^= share & (is ^ zero);
        below ^= is;
    }
    store(less, &l, count);
    store(equal, &e, count);
}

static void group_compare(uint64_t *less, uint64_t *equal, const uint64_t *hot,
                          const uint64_t *number, size_t stride, unsigned bits, size_t words,
                          bool first)
{
    const uint64_t mask = first ? UINT64_MAX : 0;
    size_t w = 0;

    for (; w + LANES <= words && bits == 4; w += LANES) {
        group_step(less + w, equal + w, hot + w, number + w, stride, 4, mask, LANES);
    }
    for (; w < words; w += step_of(words - w)) {
        group_step(less + w, equal + w, hot + w, number + w, stride, bits, mask,
                   step_of(words - w));
    }
}

const struct bits_compare_kernel BITS_COMPARE_NAME = {subtract, one_hot, group_compare};
