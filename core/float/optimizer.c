/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions of the update: each calls the kernel of this processor's level. */
#include "float/optimizer.h"

#include "base/cpu.h"
#include "float/optimizer_kernel.h"

static const struct optimizer_kernel *kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &optimizer_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &optimizer_kernel_avx2;
    }
#endif
    return &optimizer_kernel_portable;
}

void optimizer_adamw(const struct adamw_step *s, float *value, float *first, float *second,
                     float *gradient, size_t n)
{
    kernel()->adamw(s, value, first, second, gradient, n);
}

double optimizer_square_sum(const float *x, size_t n)
{
    return kernel()->square_sum(x, n);
}

double optimizer_difference(const float *a, const float *b, float *seed, float scale, size_t n)
{
    return kernel()->difference(a, b, seed, scale, n);
}
