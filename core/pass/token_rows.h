/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that nobody reads are not computed.
 */
#ifndef MPCF_PASS_TOKEN_ROWS_H
#define MPCF_PASS_TOKEN_ROWS_H

#include "graph/graph.h"

/* Only what the outputs need: no taps, and one token's row where the network goes on with one.
 * Trains and runs as G does (dropout draws other numbers). pass_all() begins with it. */
mpcf_status pass_token_rows(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err);

#endif
