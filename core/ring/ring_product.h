/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products modulo 2^k, of ring elements as ring.h has them.
 */
#ifndef MPCF_RING_RING_PRODUCT_H
#define MPCF_RING_RING_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A right operand b [k, n], arranged for the kernel once and used often. */
struct ring_packed;
/* B row-major [depth, columns] with leading dimension LDB, or [columns, depth] where TRANSPOSED.
 * BITS: the product is wanted modulo 2^BITS (1 .. 64). NULL: memory. */
struct ring_packed *ring_pack_right(const uint64_t *b, size_t depth, size_t columns, size_t ldb,
                                    bool transposed, unsigned bits);
void ring_packed_destroy(struct ring_packed *p);
size_t ring_packed_bytes(const struct ring_packed *p);
/* c [rows, columns] (+)= a [rows, depth] b, modulo 2^bits of the packed operand; bits above are
 * not defined. On all workers. */
void ring_multiply_packed(const uint64_t *a, size_t rows, size_t lda, const struct ring_packed *b,
                          uint64_t *c, size_t ldc, bool accumulate);

/* COUNT products c_i (+)= a_i b_i, each a [rows, depth], b [depth, columns] or, transposed,
 * [columns, depth], contiguous one after the other. Packs inside. On all workers. */
void ring_multiply_batch(const uint64_t *a, const uint64_t *b, uint64_t *c, size_t count,
                         size_t rows, size_t depth, size_t columns, bool transposed_b,
                         unsigned bits, bool accumulate);

#endif
