/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which layer of the network each step of its program is of: embedding, layer 0, .., head.
 */
#ifndef MPCF_INFERENCE_PROGRAM_LAYERS_H
#define MPCF_INFERENCE_PROGRAM_LAYERS_H

#include "secure/cost.h"

/* By the scopes of the nodes that steps stem from: a part of a scope that is a number is the layer's
 * ("encoder.layer.3.attention"). What has none stands before the first layer, in the one before it, or behind the
 * last. A network without such scopes is one head. */
struct program_layers {
    struct cost_groups groups;
    char **names;
    uint32_t *of; /* that of groups */
};
mpcf_status program_layers_of(const struct program *p, struct program_layers *out, mpcf_error *err);
void program_layers_clear(struct program_layers *l);

#endif
