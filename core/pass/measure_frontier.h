/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next pass goes on from.
 */
#ifndef MPCF_PASS_MEASURE_FRONTIER_H
#define MPCF_PASS_MEASURE_FRONTIER_H

#include "pass/measure_order.h"

/* Before a pass: adds what it will keep, and counts the batches. */
mpcf_status measure_choose_kept(struct measuring *m, mpcf_error *err);
/* Behind it: drops what it went on from and the next does not. */
void measure_drop_kept(struct measuring *m);

/* *BYTES: of the values that measure_constants() keeps at most between its passes over TEXTS texts of TOKENS
 * tokens. */
mpcf_status measure_kept(const mpcf_graph *g, size_t texts, size_t tokens, double *bytes,
                         mpcf_error *err);

#endif
