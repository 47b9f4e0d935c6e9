/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing a block in words of one size: WORD, and SIZED(name) for the names. Included by
 * ring_product_template.h, once for each size.
 */

RING_INLINE void SIZED(ring_sums)(WORD *block, size_t depth, size_t width, size_t period)
{
    WORD *sums = block + depth * width;

    memset(sums, 0, width * sizeof *sums);
    for (size_t k = 0; period > 0 && k + period <= depth; k += period) {
        for (size_t j = 0; j < width; j++) {
            sums[j] += block[k * width + j] * block[(k + 1) * width + j];
        }
    }
}

/* All columns of rows [FIRST, LAST) of a transposed operand. */
RING_INLINE void SIZED(ring_transpose)(const struct ring_block_source *s, WORD *block, size_t width,
                                       size_t first, size_t last)
{
    size_t j = 0;

#if defined(__AVX512DQ__)
    for (; last - first == 8 && j + 8 <= s->columns; j += 8) {
        __m512i x[8];

        ring_load_eight(s, first, j, x);
#pragma GCC unroll 8
        for (size_t k = 0; k < 8; k++) {
            SIZED(ring_store_eight)(block + (first + k) * width + j, x[k]);
        }
    }
#endif
    for (; j < s->columns; j++) {
        for (size_t k = first; k < last; k++) {
            block[k * width + j] = (WORD) s->b[j * s->ldb + k];
        }
    }
}

RING_INLINE void SIZED(ring_pack)(const struct ring_block_source *s, WORD *block, size_t width,
                                  size_t period)
{
    const size_t step = RING_TRANSPOSED_ROWS;

    if (s->columns < width) {
        memset(block, 0, s->depth * width * sizeof *block);
    }
    if (s->transposed) {
        size_t k = 0;

        for (; k + step <= s->depth; k += step) {
            SIZED(ring_transpose)(s, block, width, k, k + step);
        }
        SIZED(ring_transpose)(s, block, width, k, s->depth);
    } else {
        for (size_t k = 0; k < s->depth; k++) {
            const uint64_t *row = s->b + k * s->ldb;

            if (s->columns == width) { /* a constant size: plain moves */
                SIZED(ring_move)(block + k * width, row, width);
            } else {
                SIZED(ring_move)(block + k * width, row, s->columns);
            }
        }
    }
    SIZED(ring_sums)(block, s->depth, width, period);
}
