/* SPDX-License-Identifier: Apache-2.0 */
/* Slicing and unslicing for AVX2. */
#if defined(__AVX2__)
#define BITS_KERNEL_NAME bits_kernel_avx2
#include "bits/bits_template.h"
#else
typedef int bits_avx2_is_not_for_this_processor;
#endif
