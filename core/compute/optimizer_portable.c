/* SPDX-License-Identifier: Apache-2.0 */
#include "compute/optimizer_table.h"

#define OPTIMIZER_NAME(name) optimizer_portable_##name
#include "compute/optimizer_body.h"
