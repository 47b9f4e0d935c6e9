/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit of comparisons for AVX2. */
#if defined(__AVX2__)
#define BITS_COMPARE_NAME bits_compare_avx2
#include "bits/bits_compare_template.h"
#else
typedef int bits_compare_avx2_is_not_for_this_processor;
#endif
