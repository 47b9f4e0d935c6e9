/* SPDX-License-Identifier: Apache-2.0 */
#include "float/optimizer_table.h"

#define OPTIMIZER_NAME(name) optimizer_portable_##name
#include "float/optimizer_body.h"
