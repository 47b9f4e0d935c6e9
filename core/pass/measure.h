/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants get their values: statistics of nodes over rows of training data.
 */
#ifndef MPCF_PASS_MEASURE_H
#define MPCF_PASS_MEASURE_H

#include <stdbool.h>

#include "graph/graph.h"
#include "graph/parameters.h"
#include "pass/measure_source.h"

/* Whether any of P has not been measured. */
bool measure_is_needed(const struct parameters *p);
/*
 * Measures what of P has no value yet. G is a network as a builder made it, before passes. In each pass over
 * the rows all are measured that depend on none still without a value, so that there are as many
 * passes as constants follow on each other; a pass computes what they depend on alone. *PASSES (may be
 * NULL) counts them.
 */
mpcf_status measure_constants(const mpcf_graph *g, struct parameters *p,
                              const struct measure_rows *rows, size_t *passes, mpcf_error *err);
/* measure_constants() on the one batch B, and measure_publish(): for graphs that are made up. */
mpcf_status measure_on_batch(mpcf_graph *g, struct parameters *p, const struct float_batch *b,
                             mpcf_error *err);
/* Tells the nodes of G (before passes) what P has of public constants. */
void measure_publish(mpcf_graph *g, const struct parameters *p);

#endif
