/* SPDX-License-Identifier: Apache-2.0 */
/* The float kernels for AVX2 with FMA. */
#define FLOAT_KERNELS_NAME  "avx2"
#define FLOAT_KERNELS_TABLE float_kernels_avx2
#include "float/float_kernels_template.h"
