/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of keys that nobody but its owner can read.
 */
#ifndef MPCF_CHANNEL_PRIVATE_FILE_H
#define MPCF_CHANNEL_PRIVATE_FILE_H

#include <stddef.h>

#include <mpcf/error.h>

/*
 * *OUT: all of a regular file that belongs to this user or to root and that nobody else may read or
 * write (also not by an ACL, which shows in the bits of the group), else MPCF_E_CONFIG, saying what to
 * do; all of that is asked of the open file. Links are followed: what they lead to is asked. Not there or
 * not readable: MPCF_E_IO; longer than LIMIT: MPCF_E_FORMAT. End with mpcf_secret_free().
 */
mpcf_status private_file_read(const char *path, size_t limit, char **out, size_t *length,
                              mpcf_error *err);
/* The same of a file that says whom a role trusts: anybody may read it, and nobody else write. */
mpcf_status public_file_read(const char *path, size_t limit, char **out, size_t *length,
                             mpcf_error *err);
/* Makes PATH, 0600, whole or not at all and synced with its folder. What stands there stays:
 * MPCF_E_CONFIG. */
mpcf_status private_file_create(const char *path, const char *text, size_t length, mpcf_error *err);

#endif
