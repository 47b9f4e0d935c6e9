/* SPDX-License-Identifier: Apache-2.0 */
#define RING_KERNEL_NAME ring_kernel_portable
#include "ring/ring_elementwise_template.h"
