/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of openings for AVX2. */
#if defined(__AVX2__)
#define OPENED_KERNEL_NAME opened_kernel_avx2
#include "protocol/opened_template.h"
#else
typedef int opened_avx2_is_not_for_this_processor;
#endif
