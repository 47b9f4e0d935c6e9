/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three lines of text that name a file by its digest. Source: git-lfs, docs/spec.md.
 */
#include "base/lfs_pointer.h"

#include <string.h>

mpcf_status lfs_pointer_check(const char *path, const void *data, size_t length, mpcf_error *err)
{
    enum { LONGEST = 1024 };
    static const char first[] = "version https://git-lfs.github.com/spec/";

    if (length < sizeof first - 1 || length >= LONGEST ||
        memcmp(data, first, sizeof first - 1) != 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "'%s' is a Git LFS pointer, not the file itself: install git-lfs and run `git "
                     "lfs pull` in its folder, or download the file",
                     path);
}
