/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that the user looks up in public tables, and sums of them.
 */
#ifndef MPCF_LOWER_LOWER_LOOKUP_H
#define MPCF_LOWER_LOWER_LOOKUP_H

#include "lower/lowering.h"

lower_op lower_lookup;

#endif
