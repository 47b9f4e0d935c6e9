/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit of comparisons for AVX-512. */
#if defined(__AVX512DQ__)
#define BITS_COMPARE_NAME bits_compare_avx512
#include "bits/bits_compare_template.h"
#else
typedef int bits_compare_avx512_is_not_for_this_processor;
#endif
