/* SPDX-License-Identifier: Apache-2.0 */
/* The float kernels for any processor. */
#define FLOAT_KERNELS_NAME  "portable"
#define FLOAT_KERNELS_TABLE float_kernels_portable
#include "float/float_kernels_template.h"
