/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product with AVX2, by Winograd's pairs. Modulo 2^64 a factor is two halves: the low
 * product (vpmuludq) and the two crosswise ones (one vpmulld with one factor's halves swapped)
 * are summed apart and put together at the end.
 */
#include "ring/ring_product_template.h"

#if defined(__AVX2__)

#include <immintrin.h>

#define TILE_ROWS 4
#define PANEL64   4
#define PANEL32   16

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

RING_INLINE __m256i load(const void *at)
{
    return _mm256_loadu_si256(at);
}

/* Two sums of which a 64-bit one is made: low + (both halves of cross << 32). */
struct halves {
    __m256i low, cross;
};

RING_INLINE void add_product(struct halves *acc, __m256i x, __m256i y)
{
    const __m256i swapped = _mm256_shuffle_epi32(y, 0xb1);

    acc->low = _mm256_add_epi64(acc->low, _mm256_mul_epu32(x, y));
    acc->cross = _mm256_add_epi32(acc->cross, _mm256_mullo_epi32(x, swapped));
}

RING_INLINE __m256i joined(const struct halves *acc)
{
    const __m256i cross = _mm256_add_epi64(acc->cross, _mm256_srli_epi64(acc->cross, 32));

    return _mm256_add_epi64(acc->low, _mm256_slli_epi64(cross, 32));
}

/* C (+)= SUM, of whose words COLUMNS exist. */
RING_INLINE void store64(uint64_t *c, __m256i sum, size_t columns, bool accumulate)
{
    uint64_t words[4];

    if (columns >= 4) {
        if (accumulate) {
            sum = _mm256_add_epi64(sum, load(c));
        }
        _mm256_storeu_si256((__m256i *) (void *) c, sum);
        return;
    }
    _mm256_storeu_si256((__m256i *) (void *) words, sum);
    for (size_t j = 0; j < columns; j++) {
        c[j] = words[j] + (accumulate ? c[j] : 0);
    }
}

RING_INLINE void tile64(const struct ring_block_product *p, size_t row, size_t rows)
{
    const uint64_t *a = p->a + row * p->lda;
    const uint64_t *b = p->block;
    const __m256i sums = load(b + p->depth * PANEL64);
    uint64_t *c = p->c + row * p->ldc;
    struct halves acc[TILE_ROWS];
    size_t k = 0;

#pragma GCC unroll 4
    for (size_t i = 0; i < rows; i++) {
        acc[i] = (struct halves){_mm256_setzero_si256(), _mm256_setzero_si256()};
    }
    for (; k + 2 <= p->depth; k += 2, b += 2 * PANEL64) {
        const __m256i b0 = load(b), b1 = load(b + PANEL64);

#pragma GCC unroll 4
        for (size_t i = 0; i < rows; i++) {
            const uint64_t *at = a + i * p->lda + k;

            add_product(&acc[i], _mm256_add_epi64(_mm256_set1_epi64x((long long) at[0]), b1),
                        _mm256_add_epi64(_mm256_set1_epi64x((long long) at[1]), b0));
        }
    }
    if (k < p->depth) {
#pragma GCC unroll 4
        for (size_t i = 0; i < rows; i++) {
            add_product(&acc[i], _mm256_set1_epi64x((long long) a[i * p->lda + k]), load(b));
        }
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < rows; i++) {
        __m256i sum = _mm256_sub_epi64(joined(&acc[i]), sums);

        sum = _mm256_sub_epi64(sum, _mm256_set1_epi64x((long long) p->row_sums[row + i]));
        store64(c + i * p->ldc, sum, p->columns, p->accumulate);
    }
}

RING_INLINE void store32(uint64_t *c, __m256i low, size_t columns, bool accumulate)
{
    store64(c, _mm256_cvtepu32_epi64(_mm256_castsi256_si128(low)), columns, accumulate);
    if (columns > 4) {
        store64(c + 4, _mm256_cvtepu32_epi64(_mm256_extracti128_si256(low, 1)), columns - 4,
                accumulate);
    }
}

RING_INLINE void tile32(const struct ring_block_product *p, size_t row, size_t rows)
{
    const uint64_t *a = p->a + row * p->lda;
    const uint32_t *b = p->block;
    const uint32_t *sums = b + p->depth * PANEL32;
    uint64_t *c = p->c + row * p->ldc;
    __m256i acc[TILE_ROWS][2];
    size_t k = 0;

#pragma GCC unroll 4
    for (size_t i = 0; i < rows; i++) {
        const __m256i sum = _mm256_set1_epi32((int) (uint32_t) p->row_sums[row + i]);

        acc[i][0] = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_add_epi32(sum, load(sums)));
        acc[i][1] = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_add_epi32(sum, load(sums + 8)));
    }
    for (; k + 2 <= p->depth; k += 2, b += 2 * PANEL32) {
        const __m256i b0[2] = {load(b), load(b + 8)};
        const __m256i b1[2] = {load(b + 16), load(b + 24)};

#pragma GCC unroll 4
        for (size_t i = 0; i < rows; i++) {
            const uint64_t *at = a + i * p->lda + k;
            const __m256i a0 = _mm256_set1_epi32((int) (uint32_t) at[0]);
            const __m256i a1 = _mm256_set1_epi32((int) (uint32_t) at[1]);

#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                acc[i][v] =
                    _mm256_add_epi32(acc[i][v], _mm256_mullo_epi32(_mm256_add_epi32(a0, b1[v]),
                                                                   _mm256_add_epi32(a1, b0[v])));
            }
        }
    }
    if (k < p->depth) {
#pragma GCC unroll 4
        for (size_t i = 0; i < rows; i++) {
            const __m256i a0 = _mm256_set1_epi32((int) (uint32_t) a[i * p->lda + k]);

            acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_mullo_epi32(a0, load(b)));
            acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_mullo_epi32(a0, load(b + 8)));
        }
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < rows; i++) {
        store32(c + i * p->ldc, acc[i][0], p->columns, p->accumulate);
        if (p->columns > 8) {
            store32(c + i * p->ldc + 8, acc[i][1], p->columns - 8, p->accumulate);
        }
    }
}

#define EACH_TILE(p, tile)                                                                         \
    do {                                                                                           \
        size_t row_ = 0;                                                                           \
                                                                                                   \
        for (; row_ + 4 <= (p)->rows; row_ += 4) {                                                 \
            tile(p, row_, 4);                                                                      \
        }                                                                                          \
        for (; row_ < (p)->rows; row_++) {                                                         \
            tile(p, row_, 1);                                                                      \
        }                                                                                          \
    } while (0)

static void multiply64(const struct ring_block_product *p)
{
    EACH_TILE(p, tile64);
}

static void multiply32(const struct ring_block_product *p)
{
    EACH_TILE(p, tile32);
}

const struct ring_product_kernel ring_product64_avx2 =
    RING_SUMMED(PANEL64, sizeof(uint64_t), pack64, row_sums, multiply64);
const struct ring_product_kernel ring_product32_avx2 =
    RING_SUMMED(PANEL32, sizeof(uint32_t), pack32, row_sums, multiply32);

#endif
