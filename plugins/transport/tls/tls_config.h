/* SPDX-License-Identifier: Apache-2.0 */
/* What the pipeline file says of tls. */
#ifndef MPCF_TLS_TLS_CONFIG_H
#define MPCF_TLS_TLS_CONFIG_H

#include <stdint.h>

#include "../stream/tcp_socket.h"

enum tls_proof { TLS_BY_KEYS = 0, TLS_BY_CERTIFICATE, TLS_BY_PINNED };

struct tls_config {
    struct tcp_config socket; /* first: its options' offsets are these */
    int32_t proof;            /* enum tls_proof */
    const char *folder;       /* "": none */
};

#endif
