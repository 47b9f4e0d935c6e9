/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the loops this processor takes. */
#include "protocol/wave_kernel.h"

#include "base/cpu.h"

const struct wave_kernel *wave_kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &wave_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &wave_kernel_avx2;
    }
#endif
    return &wave_kernel_portable;
}
