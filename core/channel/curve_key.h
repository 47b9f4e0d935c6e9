/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CURVE keys of the transport zmq-curve, X25519 (RFC 7748), as text: made, and read by who wants to know what they
 * are.
 *
 *     mpcf-curve 1
 *     role user
 *     secret 64 hexadecimal digits
 *
 * Empty lines and those that begin with # are left out.
 */
#ifndef MPCF_CHANNEL_CURVE_KEY_H
#define MPCF_CHANNEL_CURVE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/certificate.h"
#include "channel/key_hex.h"
#include "channel/role.h"
#include "channel/spoken.h"

#define CURVE_KEY_BYTES KEY_HEX_BYTES

/* A new key of ROLE as text, and its public half. */
mpcf_status curve_key_draw(enum role role, struct pem *out, uint8_t *public_key, mpcf_error *err);
/* Whose key TEXT is, and its public half. MPCF_E_FORMAT, "NAME: ...". */
mpcf_status curve_key_parse(const struct pem *file, const char *name, enum role *role,
                            uint8_t public_key[CURVE_KEY_BYTES], mpcf_error *err);
/* Whether FILE begins as one, behind comments. */
bool curve_key_is(const struct pem *file);
/* The first half of the SHA-256 of a public key. */
mpcf_status curve_key_fingerprint(const uint8_t public_key[CURVE_KEY_BYTES],
                                  uint8_t out[SPOKEN_BYTES], mpcf_error *err);

#endif
