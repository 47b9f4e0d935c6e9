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
 * over those of a row. Paths that do not, leave both zero.
 */
#ifndef MPCF_RING_RING_PRODUCT_KERNEL_H
#define MPCF_RING_RING_PRODUCT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of the right operand in a block: a multiple of every path's period, so that pairs do
 * not straddle; less costs traffic of c, more falls out of the caches. */
#define RING_BLOCK_DEPTH 768
#define RING_BLOCK_BYTES ((RING_BLOCK_DEPTH + 1) * 128) /* of the widest panel */

struct ring_block_source {
    const uint64_t *b; /* the block's corner in b, which may be transposed */
    size_t ldb;
    bool transposed;
    size_t depth, columns;
};

struct ring_block_product {
    const uint64_t *a; /* [rows, depth] */
    size_t rows, depth, lda;
    const uint64_t *row_sums;
    const void *block; /* [depth, panel], then the sums */
    uint64_t *c;       /* [rows, columns] */
    size_t columns, ldc;
    bool accumulate;
};

struct ring_product_kernel {
    size_t panel; /* columns of a block */
    size_t item;  /* bytes of a value in it: panel * item <= 128 */
    void (*pack)(const struct ring_block_source *source, void *block);
    void (*row_sums)(const uint64_t *a, size_t rows, size_t depth, size_t lda, uint64_t *sums);
    void (*multiply)(const struct ring_block_product *product);
};

/* By width of the result: 64 is right for every width, the others up to theirs. */
extern const struct ring_product_kernel ring_product64_portable;
extern const struct ring_product_kernel ring_product32_portable;
extern const struct ring_product_kernel ring_product64_avx2;
extern const struct ring_product_kernel ring_product32_avx2;
extern const struct ring_product_kernel ring_product64_avx512;
extern const struct ring_product_kernel ring_product32_avx512;
extern const struct ring_product_kernel ring_product52_avx512ifma;

#endif
