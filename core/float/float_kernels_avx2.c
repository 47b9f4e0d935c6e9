/* SPDX-License-Identifier: Apache-2.0 */
#define FLOAT_KERNELS_NAME  "avx2"
#define FLOAT_KERNELS_TABLE float_kernels_avx2
#include "float/float_kernels_template.h"
