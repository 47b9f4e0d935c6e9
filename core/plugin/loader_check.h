/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a plug-in's file may be loaded, and is one for this host.
 */
#ifndef MPCF_PLUGIN_LOADER_CHECK_H
#define MPCF_PLUGIN_LOADER_CHECK_H

#include <mpcf/plugin.h>

/* magic, size, version and name against this host; no code of the plug-in runs. */
mpcf_status loader_check_info(const char *path, const mpcf_plugin_info *info, mpcf_error *err);
/* Refuses files and folders that anyone may write. */
mpcf_status loader_check_permissions(const char *path, mpcf_error *err);

#endif
