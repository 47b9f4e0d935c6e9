/* SPDX-License-Identifier: Apache-2.0 */
/* Slicing and unslicing for any processor: the reference. */
#define BITS_KERNEL_NAME bits_kernel_portable
#include "bits/bits_template.h"
