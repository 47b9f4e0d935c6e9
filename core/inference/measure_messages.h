/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures what messages take a processor: the system's part of sending and receiving.
 */
#ifndef MPCF_INFERENCE_MEASURE_MESSAGES_H
#define MPCF_INFERENCE_MEASURE_MESSAGES_H

#include <mpcf/error.h>

/* Processor seconds of one end: of an exchange of two messages, and of each byte sent or received. Over TCP on this
 * machine, whose ends share the work as those on two machines do. MPCF_E_IO: there is no loopback. */
struct message_times {
    double exchange_seconds, byte_seconds;
};
mpcf_status measure_messages(struct message_times *out, mpcf_error *err);

#endif
