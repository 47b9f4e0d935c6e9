/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of openings for AVX-512. */
#if defined(__AVX512DQ__) && defined(__AVX512VL__)
#define OPENED_KERNEL_NAME opened_kernel_avx512
#include "protocol/opened_template.h"
#else
typedef int opened_avx512_is_not_for_this_processor;
#endif
