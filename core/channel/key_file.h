/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role's keys as a file that nobody but its owner can read.
 */
#ifndef MPCF_CHANNEL_KEY_FILE_H
#define MPCF_CHANNEL_KEY_FILE_H

#include "channel/role_keys.h"

/* As private_file_read(); not as role_keys_parse() wants it: MPCF_E_FORMAT. */
mpcf_status key_file_read(const char *path, struct role_keys **out, mpcf_error *err);
/* The same, and MPCF_E_CONFIG where they are the keys of another role. */
mpcf_status key_file_read_as(const char *path, enum role role, struct role_keys **out,
                             mpcf_error *err);

/* As private_file_create(). */
mpcf_status key_file_create(const char *path, const struct role_keys *keys, mpcf_error *err);

#endif
