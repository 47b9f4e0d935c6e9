/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit of comparisons for any processor: the reference. */
#define BITS_COMPARE_NAME bits_compare_portable
#include "bits/bits_compare_template.h"
