/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes over an open connection: one way, or both at once. */
#ifndef MPCF_ZMQ_CURVE_TRAFFIC_H
#define MPCF_ZMQ_CURVE_TRAFFIC_H

#include "curve_link.h"

/* As mpcf_transport has them. MPCF_E_PROTOCOL: a frame is not the one that was sent next. */
mpcf_status curve_advance(struct curve_link *l, const void *out, size_t *out_length, void *in,
                          size_t *in_length, int64_t deadline, mpcf_error *err);
mpcf_status curve_send(struct curve_link *l, const void *buffer, size_t length, int64_t deadline,
                       mpcf_error *err);
mpcf_status curve_recv(struct curve_link *l, void *buffer, size_t length, int64_t deadline,
                       mpcf_error *err);

#endif
