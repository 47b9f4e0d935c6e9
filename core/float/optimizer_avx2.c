/* SPDX-License-Identifier: Apache-2.0 */
/* The update's loops for AVX2 with FMA. */
#include "float/optimizer_kernel.h"

#define OPTIMIZER_NAME(name) optimizer_##name##_avx2
#include "float/optimizer_template.h"
