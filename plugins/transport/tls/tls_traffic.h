/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes over an open connection: one way, or both at once. */
#ifndef MPCF_TLS_TLS_TRAFFIC_H
#define MPCF_TLS_TLS_TRAFFIC_H

#include "tls_link.h"

/* As mpcf_transport has them. */
mpcf_status tls_advance(struct tls_link *l, const void *out, size_t *out_length, void *in,
                        size_t *in_length, int64_t deadline, mpcf_error *err);
mpcf_status tls_send(struct tls_link *l, const void *buffer, size_t length, int64_t deadline,
                     mpcf_error *err);
mpcf_status tls_recv(struct tls_link *l, void *buffer, size_t length, int64_t deadline,
                     mpcf_error *err);

#endif
