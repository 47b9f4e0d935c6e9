/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elementwise loops, written once; each file that includes this compiles them for its
 * instructions and says RING_KERNEL_NAME, the table it fills.
 */
#include "ring/ring_kernel.h"

static void add(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] + y[i];
    }
}

static void sub(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] - y[i];
    }
}

static void mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] * y[i];
    }
}

static void add_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] += x[i] * y[i];
    }
}

static void scale(uint64_t *z, const uint64_t *x, uint64_t c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] = c * x[i];
    }
}

static void add_scaled(uint64_t *z, const uint64_t *x, uint64_t c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] += c * x[i];
    }
}

static void shift_right(uint64_t *z, const uint64_t *x, unsigned bits, unsigned shift, size_t n)
{
    const unsigned up = 64 - bits; /* drops the bits above, together with the way down */

    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] << up >> up >> shift;
    }
}

/* Vectors by name: loops of so known a count the compilers unroll instead. */
typedef uint32_t narrow_tile __attribute__((vector_size(4 * RING_ROW_TILE), aligned(4), may_alias));
typedef uint64_t wide_tile __attribute__((vector_size(8 * RING_ROW_TILE), aligned(8), may_alias));

static void add_rows_narrow(uint32_t *z, const uint32_t *x, const uint64_t *a,
                            const uint32_t *place, size_t rows, size_t width)
{
    for (size_t r = 0; r < rows; r++) {
        const narrow_tile from = *(const narrow_tile *) (x + r * RING_ROW_TILE);
        for (size_t i = r * width; i < (r + 1) * width; i++) {
            narrow_tile *to = (narrow_tile *) (z + (size_t) place[i] * RING_ROW_TILE);
            *to += (uint32_t) a[i] * from;
        }
    }
}

static void add_rows_wide(uint64_t *z, const uint64_t *x, const uint64_t *a, const uint32_t *place,
                          size_t rows, size_t width)
{
    for (size_t r = 0; r < rows; r++) {
        const wide_tile from = *(const wide_tile *) (x + r * RING_ROW_TILE);
        for (size_t i = r * width; i < (r + 1) * width; i++) {
            wide_tile *to = (wide_tile *) (z + (size_t) place[i] * RING_ROW_TILE);
            *to += a[i] * from;
        }
    }
}

const struct ring_kernel RING_KERNEL_NAME = {
    add, sub, mul, add_mul, scale, add_scaled, shift_right, add_rows_narrow, add_rows_wide};
