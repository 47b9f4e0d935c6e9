/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listener, and those that called and shake hands: several at once, none waits for another, and
 * none holds a place for longer than ten seconds.
 */
#ifndef MPCF_TLS_TLS_ACCEPT_H
#define MPCF_TLS_TLS_ACCEPT_H

#include <mpcf/transport.h>

#include "tls_config.h"
#include "tls_link.h"

#define TLS_CALLERS 16

struct tls_listener {
    int fd;
    struct tls_config config;
    const mpcf_party *self;
    struct tls_credentials *credentials;
    struct tls_caller {
        struct tls_link *link;
        int64_t began;
        short events;       /* what it waits for */
        char from[64];      /* its address */
    } callers[TLS_CALLERS]; /* by age, the oldest first */
    size_t count;
};

/* The next whose proof is good. MPCF_E_AUTH: one was turned away, and why. */
mpcf_status tls_accept(struct tls_listener *l, int64_t deadline, struct tls_link **out,
                       mpcf_error *err);
/* Hangs up on those that shake hands. */
void tls_accept_clear(struct tls_listener *l);

#endif
