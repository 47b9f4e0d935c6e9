/* SPDX-License-Identifier: Apache-2.0 */
/* The loops over waves for any processor. */
#define WAVE_KERNEL_NAME wave_kernel_portable
#include "protocol/wave_template.h"
