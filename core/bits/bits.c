/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions on bit planes: each calls the kernel of this processor's level. */
#include "bits/bits.h"

#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "bits/bits_kernel.h"
#include "ring/ring.h"

static const struct bits_kernel *kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512IFMA) {
        return &bits_kernel_avx512ifma;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &bits_kernel_avx2;
    }
#endif
    return &bits_kernel_portable;
}

size_t bit_plane_words(size_t n)
{
    return n / BITS_GROUP + (n % BITS_GROUP != 0);
}

void bit_slice(uint64_t *planes, size_t stride, const uint64_t *x, size_t n, unsigned bits)
{
    size_t groups = n / BITS_GROUP, rest = n % BITS_GROUP;

    assert(bits >= 1 && bits <= 64 && stride >= bit_plane_words(n));
    kernel()->slice(planes, stride, x, groups, bits);
    if (rest > 0) {
        uint64_t last[BITS_GROUP] = {0};

        memcpy(last, x + groups * BITS_GROUP, rest * sizeof *x);
        kernel()->slice(planes + groups, stride, last, 1, bits);
        mpcf_wipe(last, sizeof last);
    }
}

void bit_unslice(uint64_t *x, const uint64_t *planes, size_t stride, size_t n, unsigned bits)
{
    size_t groups = n / BITS_GROUP, rest = n % BITS_GROUP;

    assert(bits >= 1 && bits <= 64 && stride >= bit_plane_words(n));
    kernel()->unslice(x, planes, stride, groups, bits);
    if (rest > 0) {
        uint64_t last[BITS_GROUP];

        kernel()->unslice(last, planes + groups, stride, 1, bits);
        memcpy(x + groups * BITS_GROUP, last, rest * sizeof *x);
        mpcf_wipe(last, sizeof last);
    }
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* A plane is then just the elements packed at one bit. */
void bit_collect(uint64_t *words, const uint64_t *x, size_t n)
{
    if (n > 0) {
        words[bit_plane_words(n) - 1] = 0;
        ring_pack_bits((uint8_t *) words, x, n, 1);
    }
}

void bit_spread(uint64_t *x, const uint64_t *words, size_t n)
{
    ring_unpack_bits(x, (const uint8_t *) words, n, 1);
}

#else

void bit_collect(uint64_t *words, const uint64_t *x, size_t n)
{
    bit_slice(words, bit_plane_words(n), x, n, 1);
}

void bit_spread(uint64_t *x, const uint64_t *words, size_t n)
{
    bit_unslice(x, words, bit_plane_words(n), n, 1);
}

#endif

static const struct bits_compare_kernel *compare_kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &bits_compare_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &bits_compare_avx2;
    }
#endif
    return &bits_compare_portable;
}

void bit_subtract(uint64_t *difference, const uint64_t *number, uint64_t t, size_t stride,
                  unsigned bits, size_t words)
{
    assert(bits >= 1 && bits <= 64 && words <= stride);
    compare_kernel()->subtract(difference, number, t, stride, bits, words);
}

void bit_one_hot(uint64_t *hot, const uint64_t *number, size_t stride, unsigned bits, size_t words)
{
    assert(bits >= 1 && bits <= 4 && words <= stride);
    compare_kernel()->one_hot(hot, number, stride, bits, words);
}

void bit_group_compare(uint64_t *less, uint64_t *equal, const uint64_t *hot, const uint64_t *number,
                       size_t stride, unsigned bits, size_t words, bool first)
{
    assert(bits >= 1 && bits <= 4 && words <= stride);
    compare_kernel()->group_compare(less, equal, hot, number, stride, bits, words, first);
}
