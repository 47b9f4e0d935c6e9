/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An approximation with its options, as it stands in a slot of all layers.
 */
#ifndef MPCF_NETWORK_FILLED_SLOT_H
#define MPCF_NETWORK_FILLED_SLOT_H

#include "graph/slots.h"

struct filled_slot {
    struct slot_filling filling;
    void *config;
    struct option_memory *owned;
};

/* OPTIONS as in a pipeline file, "p: 6, c: 1"; NULL: defaults alone. Paths start from the current folder. A
 * mistake in them: MPCF_E_CONFIG. Clear F also after a failure. */
mpcf_status filled_slot_open(struct filled_slot *f, const mpcf_approx *approx, const char *options,
                             mpcf_error *err);
void filled_slot_clear(struct filled_slot *f);

#endif
