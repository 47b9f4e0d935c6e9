/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of interval trees for any processor. */
#define INTERVAL_KERNEL_NAME interval_kernel_portable
#include "protocol/interval_template.h"
