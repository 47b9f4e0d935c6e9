/* SPDX-License-Identifier: Apache-2.0 */
/* The float kernels for any processor. */
#define FLOAT_KERNEL_NAME  "portable"
#define FLOAT_KERNEL_TABLE float_kernel_portable
#include "float/float_kernel_template.h"
