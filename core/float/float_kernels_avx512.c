/* SPDX-License-Identifier: Apache-2.0 */
/* The float kernels for AVX-512. */
#define FLOAT_KERNELS_NAME  "avx512"
#define FLOAT_KERNELS_TABLE float_kernels_avx512
#include "float/float_kernels_template.h"
