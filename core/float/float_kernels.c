/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the float kernels this processor runs. */
#include "float/float_kernels.h"

#include "base/cpu.h"

const struct float_kernels *float_kernels(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &float_kernels_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &float_kernels_avx2;
    }
#endif
    return &float_kernels_portable;
}
