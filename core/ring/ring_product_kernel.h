/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path of the matrix product provides; ring_product.c chooses one by width and cuts
 * products into blocks.
 *
 * A block of the right operand is DEPTH rows of one panel of columns, row after row, then one
 * sum a column. Paths that halve their multiplications (Winograd, "A new algorithm for inner
 * product", 1968) use
 *   a0 b0 + a1 b1 = (a0 + b1)(a1 + b0) - a0 a1 - b0 b1,
 * exact in any commutative ring: the sums are of b0 b1 over the pairs of a column, and of a0 a1
 * over those of a row. Paths that do not, leave both zero, or have none.
 */
#ifndef MPCF_RING_RING_PRODUCT_KERNEL_H
#define MPCF_RING_RING_PRODUCT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of the right operand in a block at most: a multiple of every path's period, so that pairs do
 * not straddle; less costs traffic of c, more falls out of the caches. */
#define RING_BLOCK_DEPTH 768
#define RING_BLOCK_BYTES ((RING_BLOCK_DEPTH + 1) * 128) /* of the widest panel */
/* Rows of the left operand that a block is multiplied with at once, and bytes of one that is prepared. */
#define RING_CHUNK_ROWS    128
#define RING_LEFT_BYTES    2048
#define RING_SCRATCH_BYTES (32 * 1024)

struct ring_block_source {
    const uint64_t *b; /* the block's corner in b, which may be transposed */
    size_t ldb;
    bool transposed;
    size_t depth, columns;
};

struct ring_block_product {
    const uint64_t *a; /* [rows, depth] */
    size_t rows, depth, lda;
    union { /* what prepare() made of a */
        const uint64_t *row_sums;
        const void *left;
    };
    const void *block; /* [depth, panel], then the sums; or as pack() arranges it */
    const void *next;  /* the block that comes next, or NULL */
    void *scratch;     /* RING_SCRATCH_BYTES */
    uint64_t *c;       /* [rows, columns] */
    size_t columns, ldc;
    bool accumulate;
};

struct ring_product_kernel {
    size_t panel;      /* columns of a block */
    size_t depth;      /* rows of a block, at most RING_BLOCK_DEPTH */
    size_t step;       /* up to a multiple of which they are filled with zeros */
    size_t sums;       /* rows behind them, of sums */
    size_t row_bytes;  /* of a row of a block */
    size_t left_bytes; /* of an element of the left operand that is prepared; 0: a sum a row */
    void (*pack)(const struct ring_block_source *source, void *block);
    /* LEFT: of A's ROWS (at most RING_CHUNK_ROWS), for all panels. */
    void (*prepare)(const uint64_t *a, size_t rows, size_t depth, size_t lda, void *left);
    void (*multiply)(const struct ring_block_product *product);
};

/* One whose blocks are rows of ITEM bytes a column, with sums behind them. */
#define RING_SUMMED(columns, item, pack_function, sums_function, multiply_function)                \
    {                                                                                              \
        .panel = (columns), .depth = RING_BLOCK_DEPTH, .step = 1, .sums = 1,                       \
        .row_bytes = (columns) * (item), .pack = (pack_function), .prepare = (sums_function),      \
        .multiply = (multiply_function)                                                            \
    }

/* By width of the result: 64 is right for every width, the others up to theirs. */
extern const struct ring_product_kernel ring_product64_portable;
extern const struct ring_product_kernel ring_product32_portable;
extern const struct ring_product_kernel ring_product64_avx2;
extern const struct ring_product_kernel ring_product32_avx2;
extern const struct ring_product_kernel ring_product64_avx512;
extern const struct ring_product_kernel ring_product32_avx512;
extern const struct ring_product_kernel ring_product52_avx512ifma;
extern const struct ring_product_kernel ring_product_amx[8]; /* [n - 1]: up to 8 n bits */

#endif
