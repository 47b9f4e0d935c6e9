/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight by eight words in eight vectors. For files compiled with AVX-512.
 */
#ifndef MPCF_RING_TRANSPOSE_AVX512_H
#define MPCF_RING_TRANSPOSE_AVX512_H

#include <immintrin.h>

/* Word j of vector i to word i of vector j. Its own inverse. */
static inline __attribute__((always_inline)) void transpose_8x8(__m512i *x)
{
    const __m512i even = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0);
    const __m512i odd = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
    __m512i y[8], z[8];

#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i += 2) {
        y[i] = _mm512_unpacklo_epi64(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_epi64(x[i], x[i + 1]);
    }
#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i += 4) {
#pragma GCC unroll 2
        for (unsigned j = 0; j < 2; j++) {
            z[i + j] = _mm512_permutex2var_epi64(y[i + j], even, y[i + j + 2]);
            z[i + j + 2] = _mm512_permutex2var_epi64(y[i + j], odd, y[i + j + 2]);
        }
    }
#pragma GCC unroll 8
    for (unsigned j = 0; j < 4; j++) {
        x[j] = _mm512_shuffle_i64x2(z[j], z[j + 4], 0x44);
        x[j + 4] = _mm512_shuffle_i64x2(z[j], z[j + 4], 0xee);
    }
}

#endif
