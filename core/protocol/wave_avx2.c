/* SPDX-License-Identifier: Apache-2.0 */
/* The loops over waves for AVX2. */
#if defined(__AVX2__)
#define WAVE_KERNEL_NAME wave_kernel_avx2
#include "protocol/wave_template.h"
#else
typedef int wave_avx2_is_not_for_this_processor;
#endif
