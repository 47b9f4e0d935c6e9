/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a plug-in's file is one for this host.
 */
#ifndef MPCF_PLUGIN_LOADER_CHECK_H
#define MPCF_PLUGIN_LOADER_CHECK_H

#include <mpcf/plugin.h>

/* magic, size, version and name against this host; no code of the plug-in runs. */
mpcf_status loader_check_info(const char *path, const mpcf_plugin_info *info, mpcf_error *err);

#endif
