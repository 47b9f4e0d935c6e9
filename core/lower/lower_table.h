/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-up in a public table.
 */
#ifndef MPCF_LOWER_LOWER_TABLE_H
#define MPCF_LOWER_LOWER_TABLE_H

#include "lower/lowering.h"

lower_op lower_table;

#endif
