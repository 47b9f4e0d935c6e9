/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a clone has in place of a large file where Git LFS is not installed.
 */
#ifndef MPCF_BASE_LFS_POINTER_H
#define MPCF_BASE_LFS_POINTER_H

#include <stddef.h>

#include <mpcf/error.h>

/* MPCF_E_FORMAT, and what to do, where the LENGTH bytes of DATA, all of the file PATH, are a pointer. */
mpcf_status lfs_pointer_check(const char *path, const void *data, size_t length, mpcf_error *err);

#endif
