/* SPDX-License-Identifier: Apache-2.0 */
#include "compute/optimizer_table.h"

#define OPTIMIZER_NAME(name) optimizer_avx512_##name
#include "compute/optimizer_body.h"
