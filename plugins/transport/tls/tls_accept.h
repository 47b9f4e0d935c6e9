/* SPDX-License-Identifier: Apache-2.0 */
/* A listener, and what it knows its callers by. */
#ifndef MPCF_TLS_TLS_ACCEPT_H
#define MPCF_TLS_TLS_ACCEPT_H

#include <mpcf/transport.h>

#include "../stream/door.h"
#include "tls_config.h"
#include "tls_link.h"

struct tls_listener {
    int fd;
    struct tls_config config;
    const mpcf_party *self;
    struct tls_credentials *credentials;
    struct door door;
};

/* The next whose proof is good. MPCF_E_AUTH: one was turned away, and why. */
mpcf_status tls_accept(struct tls_listener *l, int64_t deadline, struct tls_link **out,
                       mpcf_error *err);
/* Hangs up on those that shake hands. */
void tls_accept_clear(struct tls_listener *l);

#endif
