/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the code for a kind of device gets into the process: as a plug-in's does, from the library's own
 * folder alone, so that the program starts on machines that lack what the module needs.
 */
#include "device/device_module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "plugin/loader_ltdl.h"
#include "plugin/loader_trust.h"
#include "plugin/loader_whole.h"
#include "plugin/plugin_folders.h"

static mpcf_status check(const struct device_module *module, const char *path, const char *name,
                         mpcf_error *err)
{
    if (module->magic != DEVICE_MAGIC || module->interface != DEVICE_INTERFACE ||
        strcmp(module->name, name) != 0) {
        return mpcf_fail(err, MPCF_E_ABI,
                         "%s was not built with this library (interface %u, expected %d)", path,
                         module->magic == DEVICE_MAGIC ? module->interface : 0, DEVICE_INTERFACE);
    }
    return MPCF_OK;
}

static mpcf_status load(const char *path, const char *name, const struct device_operations **out,
                        mpcf_error *err)
{
    const void *symbol = NULL;

    MPCF_TRY(loader_check_trust(path, err));
    MPCF_TRY(loader_check_whole(path, err));
    MPCF_TRY(loader_find(path, "mpcf_device_module", "not a module for devices", &symbol, err));
    const struct device_module *module = symbol;
    MPCF_TRY(check(module, path, name, err));
    *out = module->operations;
    return MPCF_OK;
}

static mpcf_status find_and_load(const struct folder_list *folders, const char *name,
                                 const struct device_operations **out, mpcf_error *err)
{
    char *path = NULL;

    MPCF_TRY(folder_list_find(folders, name, &path, err));
    if (path == NULL) {
        return mpcf_fail(
            err, MPCF_E_UNSUPPORTED,
            "mpcf-%s.so is not there: built without the CUDA toolkit, or not installed", name);
    }
    char *resolved = realpath(path, NULL); /* what is trusted is the file, not a link to it */
    mpcf_status status = resolved != NULL
                             ? load(resolved, name, out, err)
                             : mpcf_fail(err, file_status(errno), "%s: %s", path, strerror(errno));
    free(resolved);
    mpcf_free(path);
    return status;
}

mpcf_status device_module_load(const char *name, const struct device_operations **out,
                               mpcf_error *err)
{
    struct folder_list folders = {0};

    MPCF_TRY(loader_begin(err));
    mpcf_status status = folder_list_beside(&folders, "devices", err);
    if (status == MPCF_OK) {
        status = find_and_load(&folders, name, out, err);
    }
    folder_list_clear(&folders);
    loader_end();
    return status;
}
