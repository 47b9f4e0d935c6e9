/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a peer is who it should be: its certificate, its pinned key, the key that both share. What is
 * wrong with it goes to the link's HELD.
 */
#ifndef MPCF_TLS_TLS_IDENTITY_H
#define MPCF_TLS_TLS_IDENTITY_H

#include <openssl/ssl.h>

#include "tls_context.h"
#include "tls_link.h"

#define TLS_PSK_CIPHER "TLS_AES_256_GCM_SHA384" /* the one that pre-shared keys go with */

/* Sets CONTEXT, of C, up to ask peers for their proof. */
void tls_identity_arm(const struct tls_credentials *c, SSL_CTX *context, bool is_listener);
/* Of a handshake that is over: role and identity of the peer. */
mpcf_status tls_identity_take(struct tls_link *l, mpcf_error *err);
/* The first half of the SHA-256 of CERTIFICATE's public key. */
bool tls_identity_fingerprint(const X509 *certificate, uint8_t out[TLS_FINGERPRINT_BYTES]);
/* The role in CERTIFICATE's names; -1: none, or several. */
int tls_identity_role(const X509 *certificate);

#endif
