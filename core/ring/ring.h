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

#include <stddef.h>
#include <stdint.h>

#include "ring/packed_size.h"

/* --- Elementwise; on the calling thread unless said --- */

void ring_add(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
void ring_sub(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
void ring_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
void ring_add_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n); /* z += x y */
void ring_scale(uint64_t *z, const uint64_t *x, uint64_t c, size_t n);
void ring_add_scaled(uint64_t *z, const uint64_t *x, uint64_t c, size_t n); /* z += c x */
void ring_shift_right(uint64_t *z, const uint64_t *x, unsigned bits, unsigned shift,
                      size_t n); /* (x mod 2^bits) >> shift */

/* --- A tile of a matrix's rows (ring_rows.h), RING_ROW_TILE (ring_kernel.h) elements each --- */

/* z[place[r, i]] += a[r, i] x[r] for r below ROWS, i below WIDTH; narrow: modulo 2^32. */
void ring_add_rows_narrow(uint32_t *z, const uint32_t *x, const uint64_t *a, const uint32_t *place,
                          size_t rows, size_t width);
void ring_add_rows_wide(uint64_t *z, const uint64_t *x, const uint64_t *a, const uint32_t *place,
                        size_t rows, size_t width);

/* --- Packed to the bit: what travels --- */

/* Little-endian bit order; OUT has ring_packed_size() bytes. */
void ring_pack_bits(uint8_t *out, const uint64_t *x, size_t n, unsigned bits);
void ring_unpack_bits(uint64_t *x, const uint8_t *in, size_t n,
                      unsigned bits); /* bits above are 0 */

#endif
