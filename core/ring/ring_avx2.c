/* SPDX-License-Identifier: Apache-2.0 */
/* Elementwise ring arithmetic for AVX2. */
#if defined(__AVX2__)
#define RING_KERNEL_NAME ring_kernel_avx2
#include "ring/ring_elementwise_template.h"
#else
typedef int ring_avx2_is_not_for_this_processor;
#endif
