/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is a function of tables alone is known for every word there is, not only for those of the rows that were
 * calibrated on: look-ups, their sums, a layer norm of such a sum.
 */
#ifndef MPCF_PASS_TABLE_BOUNDS_H
#define MPCF_PASS_TABLE_BOUNDS_H

#include "graph/parameters.h"
#include "pass/ranges.h"

/*
 * Widens ranges of R, of the nodes of G (after pass_all), so that with R's margin they hold every combination of
 * rows of the tables in P: margin and bound are not added up. For sums of up to 8 tables; a mean square's
 * smallest value is exact where the tables other than the largest have 8192 combinations at most.
 */
mpcf_status table_bounds(const mpcf_graph *g, const struct parameters *p, struct ranges *r,
                         mpcf_error *err);

#endif
