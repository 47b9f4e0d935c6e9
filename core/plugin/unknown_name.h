/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that nothing has, and what may be meant by them.
 */
#ifndef MPCF_PLUGIN_UNKNOWN_NAME_H
#define MPCF_PLUGIN_UNKNOWN_NAME_H

#include "plugin/plugin_folders.h"
#include "plugin/registry.h"

/* Both return MPCF_E_CONFIG, with the nearest name there is, or with the plug-in whose file has the
 * very word in it. No plug-in is loaded for it: who wrote a wrong name named none. */
mpcf_status unknown_plugin(const struct folder_list *folders, const char *name, mpcf_error *err);
mpcf_status unknown_component(const struct folder_list *folders,
                              const struct component_list *loaded, enum component_kind kind,
                              const char *name, mpcf_error *err);

#endif
