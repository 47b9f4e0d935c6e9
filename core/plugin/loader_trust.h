/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who can change what a plug-in's file holds.
 */
#ifndef MPCF_PLUGIN_LOADER_TRUST_H
#define MPCF_PLUGIN_LOADER_TRUST_H

#include <mpcf/error.h>

/*
 * Refuses (MPCF_E_CONFIG) the file at PATH, absolute and without links, where others than root,
 * this process's user and the owner of this library could put other bytes in its place: it and every
 * folder above it must belong to one of them, and be written by nobody else. A group that has no
 * other members may write, and everyone may in folders with the sticky bit, where only owners
 * rename and remove.
 * $MPCF_STRICT_PLUGINS=no turns the refusal into a warning.
 */
mpcf_status loader_check_trust(const char *path, mpcf_error *err);

#endif
