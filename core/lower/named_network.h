/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links that have a name, for the planner and for what costs are told for.
 */
#ifndef MPCF_LOWER_NAMED_NETWORK_H
#define MPCF_LOWER_NAMED_NETWORK_H

#include <jansson.h>

#include "base/text.h"

/* The link between the parties, for which the planner weighs messages against bytes (prices.h). */
struct lower_network {
    double delay_seconds, bits_per_second; /* one way */
};
struct named_network {
    const char *name; /* "lan" */
    struct lower_network link;
};

/* A name, the delay one way in seconds (half of what ping says), and what a machine sends, bits a second:
 * machines of one room or one machine, of one site or city, of one continent. */
#define NAMED_NETWORK_MAP(X)                                                                       \
    X("lan", 0.15e-3, 6e9)                                                                         \
    X("campus", 1e-3, 1e9)                                                                         \
    X("wan", 20e-3, 200e6)
#define NAMED_NETWORKS 3
extern const struct named_network named_networks[NAMED_NETWORKS]; /* lan first: it is the default */

/* NULL: none of that name. */
const struct named_network *named_network_find(const char *name);
/* Why there is no network NAME: which there are and, where one is near, whether that was meant. */
void named_network_refuse(const char *name, struct text_buffer *why);
/* LINK by its name or, where it has none, as "{delay: 5ms, rate: 50Mbit}": one text for one link. */
void named_network_print(const struct lower_network *link, struct text_buffer *out);
/* That text. NULL: memory. */
json_t *named_network_json(const struct lower_network *link);

#endif
