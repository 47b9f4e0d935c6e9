/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of every width by tiles of bytes: with x = sum of x_i 2^(8 i) over n bytes,
 *     x y = sum over g < n of 2^(8 g) (sum over i + j = g of x_i y_j)   modulo 2^(8 n),
 * n (n + 1) / 2 products of bytes, each 16 x 64 times 64 x 16 in one instruction that sums in 32 bits. Sums of
 * g < n - 4 are exact (a block's depth times 4 times 255^2 is below 2^32), of the others only bits count that
 * do not wrap.
 *
 * The left operand lies as [16 rows][byte][64 of depth], the right one as [byte][64 of depth][16 columns],
 * a tile of 1,024 bytes each; of the right one's four steps of depth stand side by side.
 */
#include "ring/ring_product_template.h"

/* clang 14 has the second name. */
#if (defined(__AMX_INT8__) || defined(__AMXINT8__)) && defined(__AVX512VBMI__)

#include <immintrin.h>

#include "base/memory.h"

enum { TILE = 1024, SIDE = 16, STEP = 64, PANEL = 2 * SIDE, QUADRANTS = 4 };

/* --- Tiles: the compiler's own functions do not say that they read and write memory --- */

struct tile_config {
    uint8_t palette, start, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};

static const struct tile_config whole_tiles = {
    .palette = 1,
    .row_bytes = {STEP, STEP, STEP, STEP, STEP, STEP, STEP, STEP},
    .rows = {SIDE, SIDE, SIDE, SIDE, SIDE, SIDE, SIDE, SIDE}};

#define TILE_CLEAR(t) __asm__ volatile("tilezero %%tmm" #t::: "memory")
#define TILE_LOAD(t, from)                                                                         \
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #t ::"r"(from), "r"((size_t) STEP) : "memory")
#define TILE_STORE(t, to)                                                                          \
    __asm__ volatile("tilestored %%tmm" #t ", (%0,%1,1)" ::"r"(to), "r"((size_t) STEP) : "memory")
#define TILE_ADD_PRODUCT(sum, a, b)                                                                \
    __asm__ volatile("tdpbuud %%tmm" #b ", %%tmm" #a ", %%tmm" #sum::: "memory")

/* --- Bytes apart --- */

/* X, 64 words in order, to X [byte], its 64 bytes in order. */
RING_INLINE void split_bytes(__m512i *x)
{
#define COLUMN(i) (0x3830282018100800 + (i) *0x0101010101010101)
    const __m512i columns = _mm512_set_epi64(COLUMN(7), COLUMN(6), COLUMN(5), COLUMN(4), COLUMN(3),
                                             COLUMN(2), COLUMN(1), COLUMN(0));
#undef COLUMN

#pragma GCC unroll 8
    for (size_t v = 0; v < 8; v++) {
        x[v] = _mm512_permutexvar_epi8(columns, x[v]);
    }
    transpose_8x8(x);
}

RING_INLINE size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

RING_INLINE size_t steps_of(size_t depth)
{
    return (depth + STEP - 1) / STEP;
}

/* COUNT <= 64 words and zeros behind them, split. */
RING_INLINE void load_words(__m512i *x, const uint64_t *from, size_t count)
{
#pragma GCC unroll 8
    for (size_t v = 0; v < 8; v++) {
        x[v] = _mm512_maskz_loadu_epi64(ring_lanes(count, v), from + 8 * v);
    }
    split_bytes(x);
}

RING_INLINE void prepare(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left,
                         size_t bytes)
{
    const size_t steps = steps_of(depth), whole = (rows + SIDE - 1) / SIDE * SIDE;

    for (size_t i = 0; i < whole; i++) {
        unsigned char *to =
            (unsigned char *) left + i / SIDE * bytes * steps * TILE + i % SIDE * STEP;
        const uint64_t *from = a + (i < rows ? i : 0) * lda;

        for (size_t k = 0; k < steps; k++) {
            __m512i x[8];

            load_words(x, from + k * STEP, i < rows ? least(STEP, depth - k * STEP) : 0);
            for (size_t byte = 0; byte < bytes; byte++) {
                _mm512_store_si512(to + (byte * steps + k) * TILE, x[byte]);
            }
        }
    }
}

/* --- Packing the right operand --- */

/* Where the tile of BYTE at step K and column 16 C begins. */
RING_INLINE unsigned char *right_tile(void *block, size_t steps, size_t byte, size_t k, size_t c)
{
    return (unsigned char *) block + ((byte * steps + k) * 2 + c) * TILE;
}

/* Four rows of b, 16 columns: byte Q of column N is row Q's. */
RING_INLINE void pack_four(const struct ring_block_source *s, size_t k, size_t c, __m512i *x)
{
    const size_t columns = s->columns > c * SIDE ? s->columns - c * SIDE : 0;
    const __m512i index =
        _mm512_set_epi32(0x3f372f27, 0x3e362e26, 0x3d352d25, 0x3c342c24, 0x3b332b23, 0x3a322a22,
                         0x39312921, 0x38302820, 0x1f170f07, 0x1e160e06, 0x1d150d05, 0x1c140c04,
                         0x1b130b03, 0x1a120a02, 0x19110901, 0x18100800);

#pragma GCC unroll 8
    for (size_t v = 0; v < 8; v++) {
        const size_t row = k + v % 4;

        x[v] = _mm512_maskz_loadu_epi64(row < s->depth ? ring_lanes(columns, v / 4) : 0,
                                        s->b + row * s->ldb + c * SIDE + v / 4 * 8);
    }
    split_bytes(x);
#pragma GCC unroll 8
    for (size_t byte = 0; byte < 8; byte++) {
        x[byte] = _mm512_permutexvar_epi8(index, x[byte]);
    }
}

RING_INLINE void pack_rows(const struct ring_block_source *s, void *block, size_t bytes)
{
    const size_t steps = steps_of(s->depth);

    for (size_t k = 0; k < steps * STEP; k += 4) {
        for (size_t c = 0; c < 2; c++) {
            __m512i x[8];

            pack_four(s, k, c, x);
            for (size_t byte = 0; byte < bytes; byte++) {
                _mm512_store_si512(
                    right_tile(block, steps, byte, k / STEP, c) + k % STEP / 4 * STEP, x[byte]);
            }
        }
    }
}

/* Sixteen by sixteen words of 32 bits. */
RING_INLINE void transpose_16x16(__m512i *x)
{
    __m512i y[16];

#pragma GCC unroll 16
    for (size_t i = 0; i < 16; i += 2) { /* pairs of words within 64 bits */
        y[i] = _mm512_mask_shuffle_epi32(x[i], 0xaaaa, x[i + 1], _MM_PERM_CCAA);
        y[i + 1] = _mm512_mask_shuffle_epi32(x[i + 1], 0x5555, x[i], _MM_PERM_DDBB);
    }
    __m512i even[8], odd[8];
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        even[i] = y[2 * i];
        odd[i] = y[2 * i + 1];
    }
    transpose_8x8(even);
    transpose_8x8(odd);
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        x[2 * i] = even[i];
        x[2 * i + 1] = odd[i];
    }
}

/* Of b's columns as they lie: four steps of one are a word of 32 bits. */
RING_INLINE void pack_columns(const struct ring_block_source *s, void *block, size_t bytes)
{
    const size_t steps = steps_of(s->depth);
    __m512i apart[8][SIDE];

    for (size_t at = 0; at < 2 * steps; at++) {
        const size_t k = at / 2, c = at % 2;

        for (size_t j = 0; j < SIDE; j++) {
            const bool is_there = c * SIDE + j < s->columns;
            __m512i x[8];

            load_words(x, s->b + (is_there ? c * SIDE + j : 0) * s->ldb + k * STEP,
                       is_there ? least(STEP, s->depth - k * STEP) : 0);
            for (size_t byte = 0; byte < bytes; byte++) {
                apart[byte][j] = x[byte];
            }
        }
        for (size_t byte = 0; byte < bytes; byte++) {
            unsigned char *to = right_tile(block, steps, byte, k, c);
            __m512i x[SIDE];

#pragma GCC unroll 16
            for (size_t j = 0; j < SIDE; j++) {
                x[j] = apart[byte][j];
            }
            transpose_16x16(x);
#pragma GCC unroll 16
            for (size_t j = 0; j < SIDE; j++) {
                _mm512_store_si512(to + j * STEP, x[j]);
            }
        }
    }
    mpcf_wipe(apart, sizeof apart);
}

RING_INLINE void pack(const struct ring_block_source *s, void *block, size_t bytes)
{
    if (s->transposed) {
        pack_columns(s, block, bytes);
    } else {
        pack_rows(s, block, bytes);
    }
}

/* --- Product --- */

/* What of two by two tiles of the result there is, and where the next block lies. */
struct corner {
    const unsigned char *left, *right, *next;
    size_t steps, bytes;
    bool has_lower, has_right;
    size_t ahead; /* lines of the next block that are fetched with each step */
};

/* Sums of bytes of equal weight, [weight][quadrant][row][column]. */
typedef uint32_t corner_sums[8][QUADRANTS][SIDE][SIDE];

/* Into the second cache: the blocks of a model's weights come from memory. */
RING_INLINE void fetch_ahead(struct corner *q)
{
    for (size_t i = 0; i < q->ahead; i++, q->next += STEP) {
        _mm_prefetch((const char *) q->next, _MM_HINT_T1);
    }
}

RING_INLINE void add_products(struct corner *q, size_t i, size_t j)
{
    const unsigned char *a = q->left + i * q->steps * TILE, *b = q->right + j * q->steps * 2 * TILE;
    const size_t lower = q->bytes * q->steps * TILE;

    for (size_t k = 0; k < q->steps; k++, a += TILE, b += 2 * TILE) {
        TILE_LOAD(4, a);
        TILE_LOAD(6, b);
        fetch_ahead(q);
        TILE_ADD_PRODUCT(0, 4, 6);
        if (q->has_right) {
            TILE_LOAD(7, b + TILE);
            TILE_ADD_PRODUCT(1, 4, 7);
        }
        if (q->has_lower) {
            TILE_LOAD(5, a + lower);
            TILE_ADD_PRODUCT(2, 5, 6);
        }
        if (q->has_lower && q->has_right) {
            TILE_ADD_PRODUCT(3, 5, 7);
        }
    }
}

static void sum_corner(struct corner *q, corner_sums sums)
{
    for (size_t g = 0; g < q->bytes; g++) {
        TILE_CLEAR(0);
        TILE_CLEAR(1);
        TILE_CLEAR(2);
        TILE_CLEAR(3);
        for (size_t i = 0; i <= g; i++) {
            add_products(q, i, g - i);
        }
        TILE_STORE(0, sums[g][0]);
        TILE_STORE(1, sums[g][1]);
        TILE_STORE(2, sums[g][2]);
        TILE_STORE(3, sums[g][3]);
    }
}

/* A row of a quadrant: columns 0 to 7 and 8 to 15. */
RING_INLINE void combine(const uint32_t (*sums)[QUADRANTS][SIDE][SIDE], size_t quadrant, size_t row,
                         size_t bytes, __m512i *out)
{
    const size_t exact = bytes > 4 ? bytes - 4 : 0;
    __m512i wraps = _mm512_load_si512(sums[exact][quadrant][row]);

#pragma GCC unroll 4
    for (size_t g = exact + 1; g < bytes; g++) {
        const __m512i x = _mm512_load_si512(sums[g][quadrant][row]);

        wraps = _mm512_add_epi32(wraps, _mm512_slli_epi32(x, (unsigned) (8 * (g - exact))));
    }
#pragma GCC unroll 2
    for (size_t v = 0; v < 2; v++) {
        __m512i sum = _mm512_cvtepu32_epi64(v == 0 ? _mm512_castsi512_si256(wraps)
                                                   : _mm512_extracti64x4_epi64(wraps, 1));
        sum = _mm512_slli_epi64(sum, (unsigned) (8 * exact));
#pragma GCC unroll 4
        for (size_t g = 0; g < exact; g++) {
            const __m256i *x = (const __m256i *) (const void *) (sums[g][quadrant][row] + 8 * v);
            const __m512i wide = _mm512_cvtepu32_epi64(_mm256_load_si256(x));

            sum = _mm512_add_epi64(sum, _mm512_slli_epi64(wide, (unsigned) (8 * g)));
        }
        out[v] = sum;
    }
}

RING_INLINE void store_corner(const struct ring_block_product *p, size_t row,
                              const uint32_t (*sums)[QUADRANTS][SIDE][SIDE], size_t bytes)
{
    const size_t rows = least(2 * SIDE, p->rows - row);

    for (size_t i = 0; i < rows; i++) {
        for (size_t h = 0; SIDE * h < p->columns; h++) {
            __m512i sum[2];

            combine(sums, i / SIDE * 2 + h, i % SIDE, bytes, sum);
#pragma GCC unroll 2
            for (size_t v = 0; v < 2; v++) {
                const __mmask8 mask = ring_lanes(p->columns, 2 * h + v);
                uint64_t *to = p->c + (row + i) * p->ldc + SIDE * h + 8 * v;
                const __m512i old = _mm512_maskz_loadu_epi64(p->accumulate ? mask : 0, to);

                _mm512_mask_storeu_epi64(to, mask, _mm512_add_epi64(old, sum[v]));
            }
        }
    }
}

/* A block has 32 lines for each byte and step, and is multiplied in so many steps. */
RING_INLINE size_t lines_ahead(const struct ring_block_product *p, size_t bytes)
{
    const size_t corners = (p->rows + 2 * SIDE - 1) / (2 * SIDE);

    return p->next == NULL ? 0 : (64 / (bytes + 1) + corners - 1) / corners;
}

RING_INLINE void multiply(const struct ring_block_product *p, size_t bytes)
{
    uint32_t(*sums)[QUADRANTS][SIDE][SIDE] = p->scratch;
    struct corner q = {.right = p->block,
                       .next = p->next,
                       .steps = steps_of(p->depth),
                       .bytes = bytes,
                       .has_right = p->columns > SIDE,
                       .ahead = lines_ahead(p, bytes)};

    __asm__ volatile("ldtilecfg %0" ::"m"(whole_tiles));
    for (size_t row = 0; row < p->rows; row += 2 * SIDE) {
        q.left = (const unsigned char *) p->left + row / SIDE * bytes * q.steps * TILE;
        q.has_lower = p->rows - row > SIDE;
        sum_corner(&q, sums);
        store_corner(p, row, (const uint32_t(*)[QUADRANTS][SIDE][SIDE]) sums, bytes);
    }
    __asm__ volatile("tilerelease");
}

/* Of N bytes; blocks are DEPTH deep, so that 128 rows of the left operand stay in the second cache. */
#define PRODUCT(n, deep)                                                                           \
    static void prepare##n(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left)   \
    {                                                                                              \
        prepare(a, rows, depth, lda, left, n);                                                     \
    }                                                                                              \
    static void pack##n(const struct ring_block_source *source, void *block)                       \
    {                                                                                              \
        pack(source, block, n);                                                                    \
    }                                                                                              \
    static void multiply##n(const struct ring_block_product *product)                              \
    {                                                                                              \
        multiply(product, n);                                                                      \
    }                                                                                              \
    _Static_assert(sizeof(corner_sums) <= RING_SCRATCH_BYTES && (n) * (deep) <= RING_LEFT_BYTES && \
                       PANEL * (n) * (deep) <= RING_BLOCK_BYTES,                                   \
                   "blocks are too deep");

PRODUCT(1, 768)
PRODUCT(2, 768)
PRODUCT(3, 384)
PRODUCT(4, 384)
PRODUCT(5, 384)
PRODUCT(6, 256)
PRODUCT(7, 256)
PRODUCT(8, 256)

#define ROW(n, deep)                                                                               \
    {                                                                                              \
        .panel = PANEL, .depth = (deep), .step = STEP, .row_bytes = PANEL * (n),                   \
        .left_bytes = (n), .pack = pack##n, .prepare = prepare##n, .multiply = multiply##n         \
    }

const struct ring_product_kernel ring_product_amx[8] = {ROW(1, 768), ROW(2, 768), ROW(3, 384),
                                                        ROW(4, 384), ROW(5, 384), ROW(6, 256),
                                                        ROW(7, 256), ROW(8, 256)};

#endif
