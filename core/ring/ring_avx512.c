/* SPDX-License-Identifier: Apache-2.0 */
/* Elementwise ring arithmetic for AVX-512. */
#if defined(__AVX512DQ__)
#define RING_KERNEL_NAME ring_kernel_avx512
#include "ring/ring_elementwise_template.h"
#else
typedef int ring_avx512_is_not_for_this_processor;
#endif
