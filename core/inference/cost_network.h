/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks that costs are given for, and how long they take to carry them.
 */
#ifndef MPCF_INFERENCE_COST_NETWORK_H
#define MPCF_INFERENCE_COST_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "lower/named_network.h"

struct cost_network {
    const char *name;     /* "lan" */
    double delay_seconds; /* one way */
    double bytes_per_second;
};

#define COST_NETWORKS NAMED_NETWORKS
extern const struct cost_network cost_networks[COST_NETWORKS];
/* NULL: none of that name. */
const struct cost_network *cost_network_find(const char *name);
/* The link's part of the time for BYTES of its busier direction; computing comes on top, beside it where the run overlaps them. */
double cost_network_seconds(const struct cost_network *network, uint64_t rounds, uint64_t bytes);

#endif
