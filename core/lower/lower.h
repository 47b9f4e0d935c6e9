/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a graph and its ranges to a program.
 */
#ifndef MPCF_LOWER_LOWER_H
#define MPCF_LOWER_LOWER_H

#include "pass/ranges.h"
#include "program/program.h"

struct lower_options {
    unsigned value_fraction;  /* fractional bits of activations; default 12 */
    unsigned weight_fraction; /* of weights; default 14 */
    bool embedding_public;    /* the user has the embedding tables and looks rows up itself */
    bool weights_shared; /* products with weights by Beaver triples, as in the paper's system */
    unsigned reveal_fraction; /* of revealed logits; default 8 */
};
void lower_options_default(struct lower_options *o);

/* G is the graph after passes (pass/pass.h). EXACT_LENGTH: batch 1, no padding. */
mpcf_status lower_graph(const mpcf_graph *g, const struct ranges *ranges,
                        const struct lower_options *options, size_t batch, size_t tokens,
                        bool exact_length, struct program **out, mpcf_error *err);

/* Whether PARAMETER, a node of G, is a table that the user looks up in with embedding_public: what
 * words, token types and positions are embedded with, where nothing else is folded into it. */
bool lower_needs_table(const mpcf_graph *g, const mpcf_node *parameter);

#endif
