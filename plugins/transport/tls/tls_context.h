/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this role proves itself with and by what it knows others, from the pipeline file's options and
 * the folder that they name.
 */
#ifndef MPCF_TLS_TLS_CONTEXT_H
#define MPCF_TLS_TLS_CONTEXT_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include <mpcf/transport.h>

#include "../stream/key_list.h"
#include "../stream/proof_file.h"
#include "tls_config.h"
#include "tls_text.h"

/* Counted; of one thread. */
struct tls_credentials {
    SSL_CTX *context;
    unsigned holders;
    enum tls_proof proof;
    bool tells;                              /* what expires soon */
    const mpcf_party *self;                  /* the host's */
    struct proof_file own, trusted, revoked; /* paths and facts; no text is kept */
    struct tls_pins pins;
    struct revoked_keys taken_back;
};

/* Whether CONFIG names a folder where it needs one; MPCF_E_CONFIG else. Opens nothing. */
mpcf_status tls_credentials_check(const struct tls_config *config, mpcf_error *err);
/*
 * IS_LISTENER: to be called with; notes in the log what expires within 30 days. Without keys, a folder
 * or a file that is needed: MPCF_E_CONFIG, with the line to write.
 */
mpcf_status tls_credentials_load(const struct tls_config *config, const mpcf_party *self,
                                 bool is_listener, struct tls_credentials **out, mpcf_error *err);
struct tls_credentials *tls_credentials_hold(struct tls_credentials *c);
void tls_credentials_drop(struct tls_credentials *c); /* NULL is fine */
SSL_CTX *tls_credentials_context(const struct tls_credentials *c);
/* Whether a file that they came from is another by now. */
bool tls_credentials_changed(const struct tls_credentials *c);
/* Where one is, *C becomes what is there now; what it was stays where that cannot be read. */
mpcf_status tls_credentials_renew(const struct tls_config *config, bool is_listener,
                                  struct tls_credentials **c, mpcf_error *err);

#endif
