/* SPDX-License-Identifier: Apache-2.0 */
/* The float kernels for AVX2 with FMA. */
#define FLOAT_KERNEL_NAME  "avx2"
#define FLOAT_KERNEL_TABLE float_kernel_avx2
#include "float/float_kernel_template.h"
