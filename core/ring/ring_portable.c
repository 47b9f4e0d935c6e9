/* SPDX-License-Identifier: Apache-2.0 */
/* Elementwise ring arithmetic for any processor: the reference. */
#define RING_KERNEL_NAME ring_kernel_portable
#include "ring/ring_elementwise_template.h"
