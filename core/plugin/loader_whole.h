/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a plug-in's file is all there, before it is mapped.
 */
#ifndef MPCF_PLUGIN_LOADER_WHOLE_H
#define MPCF_PLUGIN_LOADER_WHOLE_H

#include <mpcf/error.h>

/* Refuses an object that was cut off: mapping it would end the process with SIGBUS (ELF, System V
 * ABI, chapter 4). What is no object is left to loader_open(). */
mpcf_status loader_check_whole(const char *path, mpcf_error *err);

#endif
