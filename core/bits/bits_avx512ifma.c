/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bit slicing with VBMI: the bytes of 64 elements are sorted into eight vectors, vector b holding
 * byte b of every element; a mask of sign bits is then a whole plane.
 */
#include "bits/bits_kernel.h"

#if defined(__AVX512VBMI__)

#include <immintrin.h>

#include "ring/transpose_avx512.h"

#define VECTORS 8

#define INLINE static inline __attribute__((always_inline))

/* Byte 8 i + q to byte 8 q + i: the 8 x 8 bytes of a vector transposed. Its own inverse. */
INLINE __m512i transpose_bytes(__m512i x)
{
    const __m512i row = _mm512_set_epi64(0x3f372f271f170f07, 0x3e362e261e160e06, 0x3d352d251d150d05,
                                         0x3c342c241c140c04, 0x3b332b231b130b03, 0x3a322a221a120a02,
                                         0x3931292119110901, 0x3830282018100800);

    return _mm512_permutexvar_epi8(row, x);
}

INLINE __m512i bit_of_bytes(unsigned bit)
{
    return _mm512_set1_epi8((char) (1 << bit));
}

/* Planes first .. first + 7, as far as there are, of byte vector X; and back. */
INLINE void store_planes(uint64_t *planes, size_t stride, unsigned first, unsigned bits, __m512i x)
{
    for (unsigned q = 0; q < 8 && first + q < bits; q++) {
        planes[(first + q) * stride] = _mm512_test_epi8_mask(x, bit_of_bytes(q));
    }
}

INLINE __m512i load_planes(const uint64_t *planes, size_t stride, unsigned first, unsigned bits)
{
    __m512i x = _mm512_setzero_si512();

    for (unsigned q = 0; q < 8 && first + q < bits; q++) {
        x = _mm512_or_si512(x,
                            _mm512_maskz_mov_epi8(planes[(first + q) * stride], bit_of_bytes(q)));
    }
    return x;
}

static void slice(uint64_t *planes, size_t stride, const uint64_t *x, size_t groups, unsigned bits)
{
    for (size_t g = 0; g < groups; g++) {
        __m512i v[VECTORS];

#pragma GCC unroll 8
        for (unsigned i = 0; i < VECTORS; i++) {
            v[i] = transpose_bytes(_mm512_loadu_si512(x + g * BITS_GROUP + VECTORS * i));
        }
        transpose_8x8(v);
#pragma GCC unroll 8
        for (unsigned b = 0; b < VECTORS; b++) {
            store_planes(planes + g, stride, 8 * b, bits, v[b]);
        }
    }
}

static void unslice(uint64_t *x, const uint64_t *planes, size_t stride, size_t groups,
                    unsigned bits)
{
    for (size_t g = 0; g < groups; g++) {
        __m512i v[VECTORS];

#pragma GCC unroll 8
        for (unsigned b = 0; b < VECTORS; b++) {
            v[b] = load_planes(planes + g, stride, 8 * b, bits);
        }
        transpose_8x8(v);
#pragma GCC unroll 8
        for (unsigned i = 0; i < VECTORS; i++) {
            _mm512_storeu_si512(x + g * BITS_GROUP + VECTORS * i, transpose_bytes(v[i]));
        }
    }
}

const struct bits_kernel bits_kernel_avx512ifma = {slice, unslice};

#endif
