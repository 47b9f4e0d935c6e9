/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels on integers modulo 2^k: numbers in, numbers out. The portable file is the truth,
 * the others are faster; cpu_level() chooses.
 *
 * Ring elements are uint64_t whose bits above k may be anything unless said: a share modulo
 * 2^64 is one modulo 2^k.
 */
#ifndef MPCF_RING_RING_H
#define MPCF_RING_RING_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Products --- */

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

/* --- Elementwise; on the calling thread unless said --- */

void ring_add(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
void ring_sub(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
void ring_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
void ring_add_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n); /* z += x y */
void ring_scale(uint64_t *z, const uint64_t *x, uint64_t c, size_t n);
void ring_add_scaled(uint64_t *z, const uint64_t *x, uint64_t c, size_t n); /* z += c x */
void ring_shift_right(uint64_t *z, const uint64_t *x, unsigned bits, unsigned shift,
                      size_t n); /* (x mod 2^bits) >> shift */

/* --- Packed to the bit: what travels --- */

/* Bytes: ceil(n bits / 8), for 1 to 64 bits. */
static inline size_t ring_packed_size(size_t n, unsigned bits)
{
    assert(bits >= 1 && bits <= 64);
    return n / 8 * bits + (n % 8 * bits + 7) / 8;
}
/* Little-endian bit order; OUT has ring_packed_size() bytes. */
void ring_pack_bits(uint8_t *out, const uint64_t *x, size_t n, unsigned bits);
void ring_unpack_bits(uint64_t *x, const uint8_t *in, size_t n,
                      unsigned bits); /* bits above are 0 */

#endif
