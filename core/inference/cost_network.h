/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a network takes to carry what a run sends.
 */
#ifndef MPCF_INFERENCE_COST_NETWORK_H
#define MPCF_INFERENCE_COST_NETWORK_H

#include <stdint.h>

#include "lower/named_network.h"

/* The link's part of the time for BYTES of its busier direction; computing comes on top, beside it where the run overlaps them. */
double cost_network_seconds(const struct named_network *network, uint64_t rounds, uint64_t bytes);

#endif
