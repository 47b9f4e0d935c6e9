/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role's keys as a file that nobody but its owner can read.
 */
#ifndef MPCF_CHANNEL_KEY_FILE_H
#define MPCF_CHANNEL_KEY_FILE_H

#include "channel/role_keys.h"

/*
 * A regular file that belongs to this user or to root and that nobody else may read or write
 * (also not by an ACL, which shows in the bits of the group), else MPCF_E_CONFIG, saying what to
 * do; all of that is asked of the open file. Links are followed: what they lead to is asked.
 * Not there or not readable: MPCF_E_IO; not as role_keys_parse() wants it: MPCF_E_FORMAT.
 */
mpcf_status key_file_read(const char *path, struct role_keys **out, mpcf_error *err);
/* The same, and MPCF_E_CONFIG where they are the keys of another role. */
mpcf_status key_file_read_as(const char *path, enum role role, struct role_keys **out,
                             mpcf_error *err);

/* Makes PATH, 0600, whole or not at all and synced with its folder. What stands there stays:
 * MPCF_E_CONFIG. */
mpcf_status key_file_create(const char *path, const struct role_keys *keys, mpcf_error *err);

#endif
