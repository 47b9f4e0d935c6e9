/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a graph and its ranges to a program.
 */
#ifndef MPCF_LOWER_LOWER_H
#define MPCF_LOWER_LOWER_H

#include "lower/lower_options.h"
#include "pass/ranges.h"
#include "program/program.h"

/* G is the graph after passes (pass/pass.h), with one output. EXACT_LENGTH: batch 1, no padding. */
mpcf_status lower_graph(const mpcf_graph *g, const struct ranges *ranges,
                        const struct lower_options *options, size_t batch, size_t tokens,
                        bool exact_length, struct program **out, mpcf_error *err);

#endif
