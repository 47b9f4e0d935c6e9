/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_ranges: which nodes are compared with their bounds, and how many bits more than its bound each
 * node's values get, so that one beyond it is still itself where it is compared.
 */
#ifndef MPCF_LOWER_HEADROOM_H
#define MPCF_LOWER_HEADROOM_H

#include "lower/lowering.h"

/* Bits beyond the bound, margin included: of a compared sum, of another compared value; of any other with CHECK_ALL. */
#define HEADROOM_SUM      4
#define HEADROOM_COMPARED 3
#define HEADROOM_ANY      2

/* L->checks of L->graph, by what the options ask. MPCF_E_NOMEM. */
void headroom_find(struct lowering *l);

#endif
