/* SPDX-License-Identifier: Apache-2.0 */
/* The loops over waves for AVX-512. */
#if defined(__AVX512DQ__) && defined(__AVX512VL__)
#define WAVE_KERNEL_NAME wave_kernel_avx512
#include "protocol/wave_template.h"
#else
typedef int wave_avx512_is_not_for_this_processor;
#endif
