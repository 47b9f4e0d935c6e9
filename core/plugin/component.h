/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plug-ins offer: kinds of components, and what the descriptors of all kinds have.
 */
#ifndef MPCF_PLUGIN_COMPONENT_H
#define MPCF_PLUGIN_COMPONENT_H

#include <stddef.h>

#include <mpcf/approx.h>
#include <mpcf/dataset.h>
#include <mpcf/model.h>
#include <mpcf/plugin.h>
#include <mpcf/transport.h>

enum component_kind {
    COMPONENT_APPROX = 0,
    COMPONENT_TRANSPORT,
    COMPONENT_MODEL,
    COMPONENT_DATASET,
    COMPONENT_KINDS
};
const char *component_kind_name(enum component_kind kind); /* "approximation" ... */

/* Fields common to all descriptors. */
const char *component_name(enum component_kind kind, const void *descriptor);
const char *component_summary(enum component_kind kind, const void *descriptor);
const mpcf_option *component_options(enum component_kind kind, const void *descriptor,
                                     size_t *option_size, size_t *config_size);

#endif
