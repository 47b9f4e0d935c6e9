/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists by which transports know public keys: FOLDER/NAME, a line "ROLE KEY" for each behind a line that says
 * what it is: of tls fingerprints, of zmq-curve whole keys, since who calls needs them. And the one by which both
 * know keys no longer, pinned ones, those of certificates and of CURVE: FOLDER/revoked, a line "FINGERPRINT" for each.
 */
#ifndef MPCF_CHANNEL_TRUSTED_H
#define MPCF_CHANNEL_TRUSTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/role.h"

#define TRUSTED_BYTES_MAX 32 /* of a key */

/* What a list of keys is, as the transports have it. */
struct trusted_kind {
    const char *name, *first_line;
    bool has_roles; /* in front of each key */
    unsigned most;  /* keys */
    size_t bytes;   /* of a key, twice as many digits, in lower case */
    const char *line, *when_full;
};
extern const struct trusted_kind trusted_pinned, trusted_curve, trusted_revoked;

/* Adds a line, and makes the file, 0644, where it is missing; what is there is kept, its owner and mode too. ROLE is
 * not looked at where KIND has none. Where KEY, of KIND->bytes, is there already, but in a comment, or as many as may
 * be: MPCF_E_CONFIG. Where what is there is not as the transport takes it: MPCF_E_FORMAT. */
mpcf_status trusted_add(const struct trusted_kind *kind, const char *folder, enum role role,
                        const uint8_t *key, mpcf_error *err);

/* Whether the transport takes PATH: its mode (public_file_read()), and each of its *COUNT keys. */
mpcf_status trusted_check(const struct trusted_kind *kind, const char *path, unsigned *count,
                          mpcf_error *err);
/* The same, and VISIT is called for each key up to the first that is wrong. ROLE is -1 where KIND has none. */
typedef void trusted_visit(void *context, int role, const uint8_t *key);
mpcf_status trusted_walk(const struct trusted_kind *kind, const char *path, trusted_visit *visit,
                         void *context, mpcf_error *err);

/* What TEXT's first line says that it is; NULL: no list. */
const struct trusted_kind *trusted_kind_of(const char *text);

#endif
