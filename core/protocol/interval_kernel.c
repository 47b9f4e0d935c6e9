/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the loops this processor takes. */
#include "protocol/interval_kernel.h"

#include "base/cpu.h"

const struct interval_kernel *interval_kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &interval_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &interval_kernel_avx2;
    }
#endif
    return &interval_kernel_portable;
}
