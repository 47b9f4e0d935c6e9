/* SPDX-License-Identifier: Apache-2.0 */
/* What rounds and bytes take on a network. */
#include "inference/cost_network.h"

double cost_network_seconds(const struct named_network *network, uint64_t rounds, uint64_t bytes)
{
    return (double) rounds * network->link.delay_seconds +
           8 * (double) bytes / network->link.bits_per_second;
}
