/* SPDX-License-Identifier: Apache-2.0 */
/* The update's loops for any processor. */
#include "float/optimizer_kernel.h"

#define OPTIMIZER_NAME(name) optimizer_##name##_portable
#include "float/optimizer_template.h"
