/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of openings for any processor. */
#define OPENED_KERNEL_NAME opened_kernel_portable
#include "protocol/opened_template.h"
