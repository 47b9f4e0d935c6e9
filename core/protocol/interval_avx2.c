/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of interval trees for AVX2. */
#if defined(__AVX2__)
#define INTERVAL_KERNEL_NAME interval_kernel_avx2
#include "protocol/interval_template.h"
#else
typedef int interval_avx2_is_not_for_this_processor;
#endif
