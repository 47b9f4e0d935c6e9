/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product modulo 2^64 (vpmullq) and 2^32 (vpmulld) by Winograd's pairs: two additions, a
 * multiplication and an addition for two steps of depth, where the plain loop waits on the port
 * that multiplication and addition share. Tiles are eight rows by two vectors.
 */
#include "ring/ring_product_template.h"

#if defined(__AVX512DQ__)

#include <immintrin.h>

#define TILE_ROWS 8
#define PANEL64   16
#define PANEL32   32

static void pack64(const struct ring_block_source *source, void *block)
{
    ring_pack64(source, block, PANEL64, 2);
}

static void pack32(const struct ring_block_source *source, void *block)
{
    ring_pack32(source, block, PANEL32, 2);
}

static void row_sums(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left)
{
    ring_row_sums(a, rows, depth, lda, left, 2);
}

RING_INLINE __m512i broadcast64(const uint64_t *value)
{
    return _mm512_set1_epi64((long long) *value);
}

RING_INLINE __m512i broadcast32(const uint64_t *value)
{
    return _mm512_set1_epi32((int) (uint32_t) *value);
}

/* ROWS is a constant. */
RING_INLINE void tile64(const struct ring_block_product *p, size_t row, size_t rows)
{
    const uint64_t *a = p->a + row * p->lda;
    const uint64_t *b = p->block;
    const uint64_t *sums = b + p->depth * PANEL64;
    uint64_t *c = p->c + row * p->ldc;
    const __mmask8 mask[2] = {ring_lanes(p->columns, 0), ring_lanes(p->columns, 1)};
    __m512i acc[TILE_ROWS][2];
    const unsigned char *next = ring_next_block(p, row, PANEL64 * sizeof *b);
    size_t k = 0;

#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < 2; v++) {
            __m512i start =
                _mm512_maskz_loadu_epi64(p->accumulate ? mask[v] : 0, c + i * p->ldc + 8 * v);

            start = _mm512_sub_epi64(start, _mm512_loadu_si512(sums + 8 * v));
            acc[i][v] = _mm512_sub_epi64(start, broadcast64(p->row_sums + row + i));
        }
    }
    for (; k + 2 <= p->depth; k += 2, b += 2 * PANEL64) {
        _mm_prefetch((const char *) next + 8 * k, _MM_HINT_T1);
        const __m512i b0[2] = {_mm512_loadu_si512(b), _mm512_loadu_si512(b + 8)};
        const __m512i b1[2] = {_mm512_loadu_si512(b + 16), _mm512_loadu_si512(b + 24)};

#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            const __m512i a0 = broadcast64(a + i * p->lda + k);
            const __m512i a1 = broadcast64(a + i * p->lda + k + 1);

#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    _mm512_add_epi64(acc[i][v], _mm512_mullo_epi64(_mm512_add_epi64(a0, b1[v]),
                                                                   _mm512_add_epi64(a1, b0[v])));
            }
        }
    }
    if (k < p->depth) {
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    _mm512_add_epi64(acc[i][v], _mm512_mullo_epi64(broadcast64(a + i * p->lda + k),
                                                                   _mm512_loadu_si512(b + 8 * v)));
            }
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < 2; v++) {
            _mm512_mask_storeu_epi64(c + i * p->ldc + 8 * v, mask[v], acc[i][v]);
        }
    }
}

/* C (+)= the 16 low words of LOW, as ring elements. */
RING_INLINE void store32(uint64_t *c, __m512i low, size_t columns, bool accumulate)
{
#pragma GCC unroll 2
    for (size_t v = 0; v < 2; v++) {
        __mmask8 mask = ring_lanes(columns, v);
        __m512i wide = _mm512_cvtepu32_epi64(v == 0 ? _mm512_castsi512_si256(low)
                                                    : _mm512_extracti64x4_epi64(low, 1));

        if (accumulate) {
            wide = _mm512_add_epi64(wide, _mm512_maskz_loadu_epi64(mask, c + 8 * v));
        }
        _mm512_mask_storeu_epi64(c + 8 * v, mask, wide);
    }
}

RING_INLINE void tile32(const struct ring_block_product *p, size_t row, size_t rows)
{
    const uint64_t *a = p->a + row * p->lda;
    const uint32_t *b = p->block;
    const uint32_t *sums = b + p->depth * PANEL32;
    uint64_t *c = p->c + row * p->ldc;
    __m512i acc[TILE_ROWS][2];
    const unsigned char *next = ring_next_block(p, row, PANEL32 * sizeof *b);
    size_t k = 0;

#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
        const __m512i sum = broadcast32(p->row_sums + row + i);

        acc[i][0] = _mm512_sub_epi32(_mm512_setzero_si512(),
                                     _mm512_add_epi32(sum, _mm512_loadu_si512(sums)));
        acc[i][1] = _mm512_sub_epi32(_mm512_setzero_si512(),
                                     _mm512_add_epi32(sum, _mm512_loadu_si512(sums + 16)));
    }
    for (; k + 2 <= p->depth; k += 2, b += 2 * PANEL32) {
        _mm_prefetch((const char *) next + 8 * k, _MM_HINT_T1);
        const __m512i b0[2] = {_mm512_loadu_si512(b), _mm512_loadu_si512(b + 16)};
        const __m512i b1[2] = {_mm512_loadu_si512(b + 32), _mm512_loadu_si512(b + 48)};

#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            const __m512i a0 = broadcast32(a + i * p->lda + k);
            const __m512i a1 = broadcast32(a + i * p->lda + k + 1);

#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    _mm512_add_epi32(acc[i][v], _mm512_mullo_epi32(_mm512_add_epi32(a0, b1[v]),
                                                                   _mm512_add_epi32(a1, b0[v])));
            }
        }
    }
    if (k < p->depth) {
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    _mm512_add_epi32(acc[i][v], _mm512_mullo_epi32(broadcast32(a + i * p->lda + k),
                                                                   _mm512_loadu_si512(b + 16 * v)));
            }
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
        store32(c + i * p->ldc, acc[i][0], p->columns, p->accumulate);
        if (p->columns > 16) {
            store32(c + i * p->ldc + 16, acc[i][1], p->columns - 16, p->accumulate);
        }
    }
}

static void multiply64(const struct ring_block_product *p)
{
    RING_EACH_TILE(p, tile64);
}

static void multiply32(const struct ring_block_product *p)
{
    RING_EACH_TILE(p, tile32);
}

const struct ring_product_kernel ring_product64_avx512 =
    RING_SUMMED(PANEL64, sizeof(uint64_t), pack64, row_sums, multiply64);
const struct ring_product_kernel ring_product32_avx512 =
    RING_SUMMED(PANEL32, sizeof(uint32_t), pack32, row_sums, multiply32);

#endif
