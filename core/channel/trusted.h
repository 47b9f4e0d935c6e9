/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file by which the transport tls knows pinned keys: FOLDER/trusted, a line "ROLE FINGERPRINT" for each,
 * behind "mpcf-trusted 1".
 */
#ifndef MPCF_CHANNEL_TRUSTED_H
#define MPCF_CHANNEL_TRUSTED_H

#include <mpcf/error.h>

#include "channel/role.h"
#include "channel/spoken.h"

#define TRUSTED_NAME "trusted"

/* Adds a line, and makes the file, 0644, where it is missing; what is there is kept, its owner and mode too.
 * Where FINGERPRINT is there already, but in a comment: MPCF_E_CONFIG. */
mpcf_status trusted_add(const char *folder, enum role role, const uint8_t fingerprint[SPOKEN_BYTES],
                        mpcf_error *err);

/* Whether the transport takes PATH: its mode (public_file_read()), and each of its *COUNT keys. */
mpcf_status trusted_check(const char *path, unsigned *count, mpcf_error *err);

#endif
