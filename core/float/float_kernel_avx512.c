/* SPDX-License-Identifier: Apache-2.0 */
/* The float kernels for AVX-512. */
#define FLOAT_KERNEL_NAME  "avx512"
#define FLOAT_KERNEL_TABLE float_kernel_avx512
#include "float/float_kernel_template.h"
