/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions on ring elements: each calls the kernel of this processor's level. */
#include "ring/ring.h"

#include <assert.h>

#include "base/cpu.h"
#include "ring/ring_kernel.h"

static const struct ring_kernel *kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &ring_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &ring_kernel_avx2;
    }
#endif
    return &ring_kernel_portable;
}

void ring_add(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    kernel()->add(z, x, y, n);
}

void ring_sub(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    kernel()->sub(z, x, y, n);
}

void ring_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    kernel()->mul(z, x, y, n);
}

void ring_add_mul(uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    kernel()->add_mul(z, x, y, n);
}

void ring_scale(uint64_t *z, const uint64_t *x, uint64_t c, size_t n)
{
    kernel()->scale(z, x, c, n);
}

void ring_add_scaled(uint64_t *z, const uint64_t *x, uint64_t c, size_t n)
{
    kernel()->add_scaled(z, x, c, n);
}

void ring_shift_right(uint64_t *z, const uint64_t *x, unsigned bits, unsigned shift, size_t n)
{
    assert(bits >= 1 && bits <= 64 && shift < 64);
    kernel()->shift_right(z, x, bits, shift, n);
}

void ring_add_rows_narrow(uint32_t *z, const uint32_t *x, const uint64_t *a, const uint32_t *place,
                          size_t rows, size_t width)
{
    kernel()->add_rows_narrow(z, x, a, place, rows, width);
}

void ring_add_rows_wide(uint64_t *z, const uint64_t *x, const uint64_t *a, const uint32_t *place,
                        size_t rows, size_t width)
{
    kernel()->add_rows_wide(z, x, a, place, rows, width);
}

static const struct ring_bits_kernel *bits_kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512IFMA) {
        return &ring_bits_kernel_avx512ifma;
    }
#endif
    return &ring_bits_kernel_portable;
}

void ring_pack_bits(uint8_t *out, const uint64_t *x, size_t n, unsigned bits)
{
    assert(bits >= 1 && bits <= 64);
    bits_kernel()->pack(out, x, n, bits);
}

void ring_unpack_bits(uint64_t *x, const uint8_t *in, size_t n, unsigned bits)
{
    assert(bits >= 1 && bits <= 64);
    bits_kernel()->unpack(x, in, n, bits);
}
