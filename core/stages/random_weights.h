/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights as before any training: convert's `init: random`.
 */
#ifndef MPCF_STAGES_RANDOM_WEIGHTS_H
#define MPCF_STAGES_RANDOM_WEIGHTS_H

#include "network/loaded_network.h"

/* By the pipeline's seed. */
void stage_randomise(const struct pipeline *p, struct loaded_network *n);

#endif
