/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing and row sums for the paths of the product, compiled for each file's instructions.
 * WIDTH (columns of a panel) and PERIOD (0: no pairs; p: of each p neighbours in depth the first
 * two are a pair) are constants where these are called. What is left of the depth below a whole
 * period has no pairs.
 */
#ifndef MPCF_RING_RING_PRODUCT_TEMPLATE_H
#define MPCF_RING_RING_PRODUCT_TEMPLATE_H

#include <string.h>

#include "ring/ring_product_kernel.h"

#if defined(__AVX512DQ__)
#include "ring/transpose_avx512.h"
#endif

#define RING_INLINE static inline __attribute__((always_inline))

/* Of a transposed operand, a few rows of the block at a time: the lines they fill stay near. */
#define RING_TRANSPOSED_ROWS 8

#if defined(__AVX512DQ__)
/* Lanes of the V-th vector of eight words that exist, of COLUMNS. */
RING_INLINE __mmask8 ring_lanes(size_t columns, size_t v)
{
    size_t first = 8 * v, left = columns > first ? columns - first : 0;

    return (__mmask8) (left >= 8 ? 0xff : (1u << left) - 1);
}

/* Eight columns of rows [FIRST, FIRST + 8), as X [row]. */
RING_INLINE void ring_load_eight(const struct ring_block_source *s, size_t first, size_t column,
                                 __m512i *x)
{
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) {
        x[j] = _mm512_loadu_si512(s->b + (column + j) * s->ldb + first);
    }
    transpose_8x8(x);
}

RING_INLINE void ring_store_eight64(uint64_t *to, __m512i x)
{
    _mm512_storeu_si512(to, x);
}

RING_INLINE void ring_store_eight32(uint32_t *to, __m512i x)
{
    _mm256_storeu_si256((__m256i *) (void *) to, _mm512_cvtepi64_epi32(x));
}
#endif

RING_INLINE void ring_move64(uint64_t *to, const uint64_t *from, size_t count)
{
    memcpy(to, from, count * sizeof *to);
}

RING_INLINE void ring_move32(uint32_t *to, const uint64_t *from, size_t count)
{
    for (size_t j = 0; j < count; j++) {
        to[j] = (uint32_t) from[j];
    }
}

#define WORD        uint64_t
#define SIZED(name) name##64
#include "ring/ring_pack_template.h"
#undef WORD
#undef SIZED

#define WORD        uint32_t
#define SIZED(name) name##32
#include "ring/ring_pack_template.h"
#undef WORD
#undef SIZED

RING_INLINE void ring_row_sums(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left,
                               size_t period)
{
    uint64_t *sums = left;

    for (size_t i = 0; i < rows; i++) {
        uint64_t sum = 0;

        for (size_t k = 0; period > 0 && k + period <= depth; k += period) {
            sum += a[i * lda + k] * a[i * lda + k + 1];
        }
        sums[i] = sum;
    }
}

/* Where the tile at ROW begins to fetch ahead of the next panel's block: its 8 bytes a step of
 * depth are 16 tiles' share of a row of 128. Packed blocks lie one after the other; beyond the
 * last, a prefetch does no harm. */
RING_INLINE const unsigned char *ring_next_block(const struct ring_block_product *p, size_t row,
                                                 size_t row_bytes)
{
    const unsigned char *block = p->block;

    return block + (p->depth + 1) * row_bytes + row / 8 % 16 * 8 * p->depth;
}

/* TILE(product, row, rows) over all rows: eights, then what is left, each count its own code. */
#define RING_EACH_TILE(p, tile)                                                                    \
    do {                                                                                           \
        size_t row_ = 0;                                                                           \
                                                                                                   \
        for (; row_ + 8 <= (p)->rows; row_ += 8) {                                                 \
            tile(p, row_, 8);                                                                      \
        }                                                                                          \
        switch ((p)->rows - row_) {                                                                \
        case 7:                                                                                    \
            tile(p, row_, 7);                                                                      \
            break;                                                                                 \
        case 6:                                                                                    \
            tile(p, row_, 6);                                                                      \
            break;                                                                                 \
        case 5:                                                                                    \
            tile(p, row_, 5);                                                                      \
            break;                                                                                 \
        case 4:                                                                                    \
            tile(p, row_, 4);                                                                      \
            break;                                                                                 \
        case 3:                                                                                    \
            tile(p, row_, 3);                                                                      \
            break;                                                                                 \
        case 2:                                                                                    \
            tile(p, row_, 2);                                                                      \
            break;                                                                                 \
        case 1:                                                                                    \
            tile(p, row_, 1);                                                                      \
            break;                                                                                 \
        default:                                                                                   \
            break;                                                                                 \
        }                                                                                          \
    } while (0)

#endif
