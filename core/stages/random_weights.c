/* SPDX-License-Identifier: Apache-2.0 */
/* Weights as before any training: convert's `init: random`. */
#include "stages/random_weights.h"

#include "base/random.h"

void stage_randomise(const struct pipeline *p, struct loaded_network *n)
{
    static const double deviation = 0.02; /* BERT's initialisation */
    uint64_t state = (uint64_t) p->seed * 0x9e3779b97f4a7c15u + 1;

    for (size_t i = 0; i < n->parameters->count; i++) {
        struct parameter *parameter = &n->parameters->items[i];
        for (size_t j = 0; j < parameter->count && !parameter->is_measured; j++) {
            if (parameter->shape.rank < 2) {
                parameter->value[j] = parameter_is_gain(parameter) ? 1 : 0;
            } else {
                parameter->value[j] = (float) (deviation * random_normal(&state));
            }
        }
    }
}
