/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of interval trees for AVX-512. */
#if defined(__AVX512DQ__) && defined(__AVX512VL__)
#define INTERVAL_KERNEL_NAME interval_kernel_avx512
#include "protocol/interval_template.h"
#else
typedef int interval_avx512_is_not_for_this_processor;
#endif
