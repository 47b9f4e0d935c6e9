/* SPDX-License-Identifier: Apache-2.0 */
#include "float/optimizer_table.h"

#include "base/cpu.h"

static const struct optimizer_table *table(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &optimizer_avx512_table;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &optimizer_avx2_table;
    }
#endif
    return &optimizer_portable_table;
}

void optimizer_adamw(const struct adamw_step *s, float *value, float *first, float *second,
                     float *gradient, size_t n)
{
    table()->adamw(s, value, first, second, gradient, n);
}

double optimizer_square_sum(const float *x, size_t n)
{
    return table()->square_sum(x, n);
}

double optimizer_difference(const float *a, const float *b, float *seed, float scale, size_t n)
{
    return table()->difference(a, b, seed, scale, n);
}
