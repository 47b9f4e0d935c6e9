/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading plug-ins and finding their components.
 */
#ifndef MPCF_PLUGIN_PLUGINS_H
#define MPCF_PLUGIN_PLUGINS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

#include "plugin/component.h"

/* What is registered, and where plug-ins are looked for. */
struct plugins;
/* FOLDER: --plugin-dir, looked at first (may be NULL); then $MPCF_PLUGIN_PATH, then the folder
 * beside this library, in a build tree or installed. */
mpcf_status plugins_create(const char *folder, struct plugins **out, mpcf_error *err);
void plugins_destroy(struct plugins *p); /* calls stop() in reverse; objects stay mapped */

/* Whether a plug-in is named by its file: with '/', or as NAME.so. */
bool plugin_is_path(const char *path_or_name);
/* By path or by plug-in name. Refusals are kept with the facts. */
mpcf_status plugins_load(struct plugins *p, const char *path_or_name, mpcf_error *err);
/* Component NAME of KIND; loads mpcf-<name>.so if nothing loaded has it. Unknown:
 * MPCF_E_CONFIG with the nearest known name. The descriptor is a const mpcf_approx and so on,
 * the host's copy, of full size. */
mpcf_status plugins_find(struct plugins *p, enum component_kind kind, const char *name,
                         const void **descriptor, mpcf_error *err);
/* All plug-ins of the folders, for `plugin list`; failures are kept with the facts. */
void plugins_load_all(struct plugins *p);

struct plugin_facts {
    const char *name, *version, *license, *summary, *path;
    const char *failure; /* NULL: loaded */
    unsigned abi_minor;  /* of the ABI that it was built for */
    char digest[65];     /* SHA-256 of the file */
    bool is_own;         /* it lies in the library's own folder */
};
size_t plugins_count(const struct plugins *p);
const struct plugin_facts *plugins_facts(const struct plugins *p, size_t i);
/* Components of KIND in the order registered; NULL past the end. */
const void *plugins_component(const struct plugins *p, enum component_kind kind, size_t i);
/* Name of the plug-in that registered DESCRIPTOR. */
const char *plugins_owner(const struct plugins *p, const void *descriptor);
/* Facts of the plug-in that registered DESCRIPTOR; NULL: it came with none. */
const struct plugin_facts *plugins_facts_of(const struct plugins *p, const void *descriptor);

#endif
