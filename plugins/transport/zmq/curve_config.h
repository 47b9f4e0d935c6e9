/* SPDX-License-Identifier: Apache-2.0 */
/* What the pipeline file says of zmq-curve. */
#ifndef MPCF_ZMQ_CURVE_CONFIG_H
#define MPCF_ZMQ_CURVE_CONFIG_H

#include <stdint.h>

#include "../stream/tcp_socket.h"

enum curve_proof { CURVE_BY_KEYS = 0, CURVE_BY_FILES };

struct curve_config {
    struct tcp_config socket; /* first: its options' offsets are these */
    int32_t proof;            /* enum curve_proof */
    const char *folder;       /* "": none */
};

#endif
