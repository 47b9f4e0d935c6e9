/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files by which transports know public keys, FOLDER/NAME, a line "ROLE KEY" for each behind a line that says
 * what it is: of tls fingerprints, of zmq-curve whole keys, since who calls needs them.
 */
#ifndef MPCF_CHANNEL_TRUSTED_H
#define MPCF_CHANNEL_TRUSTED_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/role.h"

struct trusted_kind {
    const char *name, *first_line;
    size_t bytes; /* of a key, twice as many digits */
    const char *what;
};
extern const struct trusted_kind trusted_pinned, trusted_curve;

/* Adds a line, and makes the file, 0644, where it is missing; what is there is kept, its owner and mode too.
 * Where KEY, of KIND->bytes, is there already, but in a comment: MPCF_E_CONFIG. */
mpcf_status trusted_add(const struct trusted_kind *kind, const char *folder, enum role role,
                        const uint8_t *key, mpcf_error *err);

/* Whether the transport takes PATH: its mode (public_file_read()), and each of its *COUNT keys. */
mpcf_status trusted_check(const struct trusted_kind *kind, const char *path, unsigned *count,
                          mpcf_error *err);

#endif
