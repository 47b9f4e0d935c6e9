/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a plug-in's file gets into the process: by libltdl, after a look with dlopen() that finds
 * missing functions at once.
 */
#include "plugin/loader_ltdl.h"

#include <dlfcn.h>
#include <ltdl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

mpcf_status loader_begin(mpcf_error *err)
{
    /* Its loaders are built in, so that nothing but memory can be missing, whatever it says. */
    if (lt_dlinit() != 0) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for libltdl: %s", lt_dlerror());
    }
    return MPCF_OK;
}

/* lt_dlexit() would lose its records of resident objects, without freeing or unmapping them:
 * they stay for the next loader_begin(). */
void loader_end(void)
{
}

/* Local: a plug-in's symbols are nobody else's. Resident: threads and handlers of a plug-in
 * may outlive its last use. */
static lt_dlhandle open_resident(const char *path)
{
    lt_dladvise advise;
    lt_dlhandle handle = NULL;

    if (lt_dladvise_init(&advise) != 0) {
        return NULL;
    }
    if (lt_dladvise_local(&advise) == 0 && lt_dladvise_resident(&advise) == 0) {
        handle = lt_dlopenadvise(path, advise);
    }
    (void) lt_dladvise_destroy(&advise);
    return handle;
}

/* The linker and libltdl say so in words only. */
static mpcf_status fail_open(const char *path, const char *why, mpcf_error *err)
{
    const bool is_memory = why != NULL && (strstr(why, "not enough memory") != NULL ||
                                           strstr(why, "out of memory") != NULL ||
                                           strstr(why, "annot allocate") != NULL);

    return mpcf_fail(err, is_memory ? MPCF_E_NOMEM : MPCF_E_ABI, "%s%s%s", path,
                     *path == '\0' ? "" : ": ", why == NULL ? "cannot be opened" : why);
}

mpcf_status loader_find(const char *path, const char *symbol, const char *lacking, const void **out,
                        mpcf_error *err)
{
    /* libltdl 2.4.7 reports every failure as "file not found" and binds lazily, so that a
     * missing function would end the process in the middle of a protocol: this probe binds
     * everything, and its message is the one to show. */
    void *probe = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    lt_dlhandle handle;

    if (probe == NULL) {
        return fail_open("", dlerror(), err); /* which names the path */
    }
    handle = open_resident(path);
    if (handle == NULL) {
        (void) dlclose(probe);
        return fail_open(path, lt_dlerror(), err);
    }
    (void) dlclose(probe);
    *out = lt_dlsym(handle, symbol);
    if (*out == NULL) {
        return mpcf_fail(err, MPCF_E_ABI, "%s: has no symbol '%s': %s", path, symbol, lacking);
    }
    return MPCF_OK;
}

mpcf_status loader_open(const char *path, const mpcf_plugin_info **info, mpcf_error *err)
{
    const void *found = NULL;

    MPCF_TRY(loader_find(path, "mpcf_plugin",
                         "not an mpcf plug-in, or built without MPCF_PLUGIN(...)", &found, err));
    *info = found;
    return MPCF_OK;
}
