/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges before anything was measured: narrow ones, whose signs follow from the graph.
 */
#ifndef MPCF_CHECK_GUESSED_RANGES_H
#define MPCF_CHECK_GUESSED_RANGES_H

#include "graph/graph.h"
#include "pass/ranges.h"

/* Of each node of G, a network after passes, that a calibration would look at. What cannot be negative, as a
 * square, is not in its range either; what a real row never has as 0, as a mean of squares, is positive; a
 * number of a formula that makes values large or small does so here. *OUT is the caller's. */
mpcf_status guess_ranges(const mpcf_graph *g, struct ranges **out, mpcf_error *err);

#endif
