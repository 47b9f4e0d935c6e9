/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product modulo 2^52 and less by IFMA: the instruction reads the low 52 bits of both
 * factors, so sums and operands need no masks, and it adds, so that of three steps of depth a
 * Winograd pair (two additions, one fused step) and a plain one fill both slots of a cycle:
 * 12 multiply-adds where plain steps give 8.
 */
#include "ring/ring_product_template.h"

#if defined(__AVX512IFMA__)

#include <immintrin.h>

#define TILE_ROWS 8
#define PANEL     16
#define PERIOD    3

static void pack(const struct ring_block_source *source, void *block)
{
    ring_pack64(source, block, PANEL, PERIOD);
}

static void row_sums(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left)
{
    ring_row_sums(a, rows, depth, lda, left, PERIOD);
}

RING_INLINE __m512i broadcast(const uint64_t *value)
{
    return _mm512_set1_epi64((long long) *value);
}

/* acc += the low 52 bits of x y; as one instruction, because the compiler otherwise moves
 * accumulators about. */
RING_INLINE __m512i fused(__m512i acc, __m512i x, __m512i y)
{
    __asm__("vpmadd52luq %2, %1, %0" : "+v"(acc) : "v"(x), "v"(y));
    return acc;
}

/* The same with x in memory, one word for all lanes. */
RING_INLINE __m512i fused_broadcast(__m512i acc, const uint64_t *x, __m512i y)
{
    __asm__("vpmadd52luq %1%{1to8%}, %2, %0" : "+v"(acc) : "m"(*x), "v"(y));
    return acc;
}

RING_INLINE void tile(const struct ring_block_product *p, size_t row, size_t rows)
{
    const uint64_t *a = p->a + row * p->lda;
    const uint64_t *b = p->block;
    const uint64_t *sums = b + p->depth * PANEL;
    uint64_t *c = p->c + row * p->ldc;
    const __mmask8 mask[2] = {ring_lanes(p->columns, 0), ring_lanes(p->columns, 1)};
    __m512i acc[TILE_ROWS][2];
    const unsigned char *next = ring_next_block(p, row, PANEL * sizeof *b);
    size_t k = 0;

#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < 2; v++) {
            __m512i start =
                _mm512_maskz_loadu_epi64(p->accumulate ? mask[v] : 0, c + i * p->ldc + 8 * v);

            start = _mm512_sub_epi64(start, _mm512_loadu_si512(sums + 8 * v));
            acc[i][v] = _mm512_sub_epi64(start, broadcast(p->row_sums + row + i));
        }
    }
    for (; k + PERIOD <= p->depth; k += PERIOD, b += PERIOD * PANEL) {
        _mm_prefetch((const char *) next + 8 * k, _MM_HINT_T1);
        const __m512i b0[2] = {_mm512_loadu_si512(b), _mm512_loadu_si512(b + 8)};
        const __m512i b1[2] = {_mm512_loadu_si512(b + 16), _mm512_loadu_si512(b + 24)};
        const __m512i b2[2] = {_mm512_loadu_si512(b + 32), _mm512_loadu_si512(b + 40)};

#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            const uint64_t *at = a + i * p->lda + k;
            const __m512i a0 = broadcast(at);
            const __m512i a1 = broadcast(at + 1);

#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    fused(acc[i][v], _mm512_add_epi64(a0, b1[v]), _mm512_add_epi64(a1, b0[v]));
                acc[i][v] = fused_broadcast(acc[i][v], at + 2, b2[v]);
            }
        }
    }
    for (; k < p->depth; k++, b += PANEL) {
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    fused_broadcast(acc[i][v], a + i * p->lda + k, _mm512_loadu_si512(b + 8 * v));
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

static void multiply(const struct ring_block_product *p)
{
    RING_EACH_TILE(p, tile);
}

const struct ring_product_kernel ring_product52_avx512ifma =
    RING_SUMMED(PANEL, sizeof(uint64_t), pack, row_sums, multiply);

#endif
