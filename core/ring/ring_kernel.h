/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path of the elementwise ring operations provides; ring.c chooses one.
 */
#ifndef MPCF_RING_RING_KERNEL_H
#define MPCF_RING_RING_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum { RING_ROW_TILE = 16 }; /* so narrow that 200 of them stay in the first cache */

struct ring_kernel {
    void (*add)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
    void (*sub)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
    void (*mul)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
    void (*add_mul)(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n);
    void (*scale)(uint64_t *z, const uint64_t *x, uint64_t c, size_t n);
    void (*add_scaled)(uint64_t *z, const uint64_t *x, uint64_t c, size_t n);
    void (*shift_right)(uint64_t *z, const uint64_t *x, unsigned bits, unsigned shift, size_t n);
    /* z[place[r, i]] += a[r, i] x[r], rows of RING_ROW_TILE elements. */
    void (*add_rows_narrow)(uint32_t *z, const uint32_t *x, const uint64_t *a,
                            const uint32_t *place, size_t rows, size_t width);
    void (*add_rows_wide)(uint64_t *z, const uint64_t *x, const uint64_t *a, const uint32_t *place,
                          size_t rows, size_t width);
};

extern const struct ring_kernel ring_kernel_portable;
extern const struct ring_kernel ring_kernel_avx2;
extern const struct ring_kernel ring_kernel_avx512;

/* The two directions of packing to the bit, 1 <= bits <= 64. */
struct ring_bits_kernel {
    void (*pack)(uint8_t *out, const uint64_t *x, size_t n, unsigned bits);
    void (*unpack)(uint64_t *x, const uint8_t *in, size_t n, unsigned bits);
};

extern const struct ring_bits_kernel ring_bits_kernel_portable;
extern const struct ring_bits_kernel ring_bits_kernel_avx512ifma;

#endif
