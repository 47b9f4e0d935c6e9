/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the slots' names. */
#include "graph/slot_name.h"

#include <stddef.h>
#include <string.h>

static const char *const names[SLOT_COUNT + 1] = {
    "unknown",
    [MPCF_SLOT_ACTIVATION] = "activation",
    [MPCF_SLOT_NORMALISER] = "normaliser",
    [MPCF_SLOT_TANH] = "tanh",
    [MPCF_SLOT_LAYER_NORM] = "layer_norm",
};

static const char *const norms[NORM_COUNT + 1] = {
    "unknown",
    [MPCF_NORM_ATTENTION] = "attention",
    [MPCF_NORM_FEED_FORWARD] = "feed_forward",
    [MPCF_NORM_EMBEDDING] = "embedding",
};

const char *slot_name(mpcf_slot slot)
{
    return names[(size_t) slot <= SLOT_COUNT ? slot : 0];
}

bool slot_parse(const char *name, mpcf_slot *slot)
{
    for (size_t i = 1; i <= SLOT_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *slot = (mpcf_slot) i;
            return true;
        }
    }
    return false;
}

const char *norm_name(mpcf_norm where)
{
    return norms[(size_t) where <= NORM_COUNT ? where : 0];
}
