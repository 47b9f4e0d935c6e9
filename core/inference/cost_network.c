/* SPDX-License-Identifier: Apache-2.0 */
/* Which networks there are, and what rounds and bytes take on them. */
#include "inference/cost_network.h"

#include <string.h>

#define ROW(name, delay, rate) {name, delay, (rate) / 8},
const struct cost_network cost_networks[COST_NETWORKS] = {NAMED_NETWORK_MAP(ROW)};

const struct cost_network *cost_network_find(const char *name)
{
    for (size_t i = 0; i < COST_NETWORKS; i++) {
        if (strcmp(cost_networks[i].name, name) == 0) {
            return &cost_networks[i];
        }
    }
    return NULL;
}

double cost_network_seconds(const struct cost_network *network, uint64_t rounds, uint64_t bytes)
{
    return (double) rounds * network->delay_seconds + (double) bytes / network->bytes_per_second;
}
