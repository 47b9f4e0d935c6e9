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

static void add_scaled_narrow(uint64_t *z, const uint32_t *x, uint32_t c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        z[i] += (uint64_t) c * x[i];
    }
}

const struct ring_kernel RING_KERNEL_NAME = {add,   sub,        mul,         add_mul,
                                             scale, add_scaled, shift_right, add_scaled_narrow};
