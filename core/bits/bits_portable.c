/* SPDX-License-Identifier: Apache-2.0 */
#define BITS_KERNEL_NAME bits_kernel_portable
#include "bits/bits_template.h"
