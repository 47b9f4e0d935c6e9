/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a plug-in says of itself fits this host: the ABI, its name. */
#include <string.h>

#include "base/memory.h"
#include "plugin/loader_check.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static mpcf_status check_name(const char *path, const mpcf_plugin_info *info, mpcf_error *err)
{
    char *expected;
    mpcf_status status = MPCF_OK;

    if (info->name == NULL || info->version == NULL || info->license == NULL ||
        info->summary == NULL || info->start == NULL) {
        return mpcf_fail(err, MPCF_E_ABI,
                         "%s: name, version, license, summary and start must be given",
                         base_name(path));
    }
    expected = mpcf_format("mpcf-%s.so", info->name);
    if (expected == NULL) {
        return mpcf_fail_memory(err, strlen(info->name), "a name");
    }
    if (strcmp(expected, base_name(path)) != 0) {
        status = mpcf_fail(err, MPCF_E_ABI, "%s: holds plug-in '%s', whose file is named %s",
                           base_name(path), info->name, expected);
    }
    mpcf_free(expected);
    return status;
}

mpcf_status loader_check_info(const char *path, const mpcf_plugin_info *info, mpcf_error *err)
{
    const char *file = base_name(path);

    if (info->magic != MPCF_PLUGIN_MAGIC) {
        return mpcf_fail(err, MPCF_E_ABI,
                         "%s: 'mpcf_plugin' begins with 0x%08x, expected 0x%08x; define it with "
                         "MPCF_PLUGIN(...)",
                         file, info->magic, MPCF_PLUGIN_MAGIC);
    }
    if (info->abi_major != MPCF_ABI_MAJOR || info->abi_minor < MPCF_ABI_MINOR_OLDEST ||
        info->abi_minor > MPCF_ABI_MINOR) {
        return mpcf_fail(err, MPCF_E_ABI,
                         "%s: built for plug-in ABI %u.%u, this host takes %d.%d to %d.%d: rebuild "
                         "it against the installed SDK, or update mpcf",
                         file, info->abi_major, info->abi_minor, MPCF_ABI_MAJOR,
                         MPCF_ABI_MINOR_OLDEST, MPCF_ABI_MAJOR, MPCF_ABI_MINOR);
    }
    if (info->info_size < sizeof *info) {
        return mpcf_fail(err, MPCF_E_ABI, "%s: info_size is %u, expected %zu", file,
                         info->info_size, sizeof *info);
    }
    if (info->flags != 0) {
        return mpcf_fail(err, MPCF_E_ABI, "%s: flags is 0x%x, expected 0", file, info->flags);
    }
    return check_name(path, info, err);
}
