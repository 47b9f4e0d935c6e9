/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that a machine's computing is measured with: a layer as BERT-base has it, with random weights.
 */
#ifndef MPCF_INFERENCE_FIGURE_NETWORK_H
#define MPCF_INFERENCE_FIGURE_NETWORK_H

#include "lower/lower.h"
#include "network/filled_slot.h"
#include "network/network.h"
#include "plugin/plugins.h"
#include "protocol/weights.h"

#define FIGURE_TOKENS 128

/* What is measured: two layers as BERT-base has them, the last of which reads one row. */
struct figure_shape {
    const char *config;   /* config.json of a BERT; 8192 words */
    size_t tokens;        /* at most FIGURE_TOKENS, and no padding */
    bool is_approximated; /* Quad and 2Quad, else the exact functions */
};
extern const struct figure_shape figure_shapes[2];

struct figure_network {
    struct filled_slot slots[2];
    struct network *network;
    struct parameters *parameters;
    mpcf_graph *graph;
    struct ranges *ranges;
    size_t tokens;
    int32_t ids[FIGURE_TOKENS], types[FIGURE_TOKENS], keep[FIGURE_TOKENS];
};

/* Clear N also after a failure. */
mpcf_status figure_network_open(struct plugins *plugins, const struct figure_shape *shape,
                                struct figure_network *n, mpcf_error *err);
void figure_network_clear(struct figure_network *n);
/* Its program as the planner makes it for NETWORK, with weights. */
mpcf_status figure_network_program(const struct figure_network *n,
                                   const struct lower_network *network, struct program **program,
                                   struct weights **weights, mpcf_error *err);

#endif
