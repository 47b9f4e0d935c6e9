/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Components that plug-ins register. start() of a plug-in fills a registration, which is
 * checked entry by entry and committed only when start() succeeds.
 */
#ifndef MPCF_PLUGIN_REGISTRY_H
#define MPCF_PLUGIN_REGISTRY_H

#include "plugin/component.h"

/* The host's own copy of a descriptor, of the host's size. */
struct component {
    enum component_kind kind;
    const char *plugin; /* name of the plug-in */
    union {
        mpcf_approx approx;
        mpcf_transport transport;
        mpcf_model model;
        mpcf_dataset dataset;
    } as;
};

struct component_list {
    struct component **items;
    size_t count, capacity;
};
void component_list_clear(struct component_list *list);
/* Takes over all of FROM. */
mpcf_status component_list_move(struct component_list *to, struct component_list *from,
                                mpcf_error *err);
const struct component *component_list_find(const struct component_list *list,
                                            enum component_kind kind, const char *name);

struct mpcf_registry {
    const char *plugin;                  /* that registers now */
    const struct component_list *others; /* of the plug-ins before */
    struct component_list pending;
    mpcf_status failed; /* of the first refused registration: start() cannot hide it */
};

#endif
