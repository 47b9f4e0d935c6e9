/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks that have a name: the only place that knows what lan, campus and wan mean.
 */
#ifndef MPCF_CHANNEL_NAMED_NETWORK_H
#define MPCF_CHANNEL_NAMED_NETWORK_H

#include <stddef.h>
#include <stdint.h>

/* A full-duplex link between any two roles: both directions carry BYTES_PER_SECOND at once. */
struct named_network {
    const char *name;     /* "lan" */
    double delay_seconds; /* one way */
    double bytes_per_second;
};

#define NAMED_NETWORKS 3
extern const struct named_network named_networks[NAMED_NETWORKS];
/* NULL: none of that name. */
const struct named_network *named_network_find(const char *name);
/* The link's part of the time for BYTES of its busier direction; computing comes on top. */
double named_network_seconds(const struct named_network *network, uint64_t rounds, uint64_t bytes);

#endif
