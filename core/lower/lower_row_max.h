/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest of each row.
 */
#ifndef MPCF_LOWER_LOWER_ROW_MAX_H
#define MPCF_LOWER_LOWER_ROW_MAX_H

#include "lower/lowering.h"

lower_op lower_row_max;

#endif
