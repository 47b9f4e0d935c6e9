/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the float kernels this processor runs. */
#include "float/float_kernel.h"

#include "base/cpu.h"

const struct float_kernel *float_kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &float_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &float_kernel_avx2;
    }
#endif
    return &float_kernel_portable;
}
