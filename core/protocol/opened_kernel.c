/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the loops this processor takes. */
#include "protocol/opened_kernel.h"

#include "base/cpu.h"

const struct opened_kernel *opened_kernel(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &opened_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &opened_kernel_avx2;
    }
#endif
    return &opened_kernel_portable;
}
