/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a plug-in's file: the part that talks to the dynamic linker.
 */
#ifndef MPCF_PLUGIN_LOADER_LTDL_H
#define MPCF_PLUGIN_LOADER_LTDL_H

#include <mpcf/plugin.h>

/* Libltdl's own start and end, counted. */
mpcf_status loader_begin(mpcf_error *err);
void loader_end(void);

/*
 * Maps the object at absolute PATH for the life of the process and finds its SYMBOL; LACKING says
 * what it is where it has none.
 * An undefined function, a missing symbol, a file that is no object: MPCF_E_ABI with the
 * linker's own words.
 */
mpcf_status loader_find(const char *path, const char *symbol, const char *lacking, const void **out,
                        mpcf_error *err);
/* The same of a plug-in, which has `mpcf_plugin`. */
mpcf_status loader_open(const char *path, const mpcf_plugin_info **info, mpcf_error *err);

#endif
