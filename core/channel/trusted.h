/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file by which the transport tls knows pinned keys: FOLDER/trusted, a line "ROLE FINGERPRINT" for each,
 * behind "mpcf-trusted 1"; and the one by which it knows keys no longer, pinned ones and those of certificates:
 * FOLDER/revoked, a line "FINGERPRINT" for each, behind "mpcf-revoked 1".
 */
#ifndef MPCF_CHANNEL_TRUSTED_H
#define MPCF_CHANNEL_TRUSTED_H

#include <mpcf/error.h>

#include "channel/role.h"
#include "channel/spoken.h"

#define TRUSTED_NAME "trusted"
#define REVOKED_NAME "revoked"

/* Adds a line, and makes the file, 0644, where it is missing; what is there is kept, its owner and mode too.
 * Where FINGERPRINT is there already, but in a comment, or 64 keys are: MPCF_E_CONFIG. */
mpcf_status trusted_add(const char *folder, enum role role, const uint8_t fingerprint[SPOKEN_BYTES],
                        mpcf_error *err);

/* Whether the transport takes PATH: its mode (public_file_read()), and each of its *COUNT keys. */
mpcf_status trusted_check(const char *path, unsigned *count, mpcf_error *err);
/* The same, and VISIT is called for each key up to the first that is wrong. */
typedef void trusted_visit(void *context, int role, const uint8_t fingerprint[SPOKEN_BYTES]);
mpcf_status trusted_walk(const char *path, trusted_visit *visit, void *context, mpcf_error *err);

/* As trusted_add(), trusted_check() and trusted_walk(), of FOLDER/revoked: up to 1,024 keys, ROLE is -1. */
mpcf_status revoked_add(const char *folder, const uint8_t fingerprint[SPOKEN_BYTES],
                        mpcf_error *err);
mpcf_status revoked_check(const char *path, unsigned *count, mpcf_error *err);
mpcf_status revoked_walk(const char *path, trusted_visit *visit, void *context, mpcf_error *err);

#endif
