/* SPDX-License-Identifier: Apache-2.0 */
#include "float/optimizer_kernel.h"

#define OPTIMIZER_NAME(name) optimizer_##name##_avx2
#include "float/optimizer_template.h"
