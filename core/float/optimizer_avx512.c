/* SPDX-License-Identifier: Apache-2.0 */
#include "float/optimizer_table.h"

#define OPTIMIZER_NAME(name) optimizer_avx512_##name
#include "float/optimizer_body.h"
