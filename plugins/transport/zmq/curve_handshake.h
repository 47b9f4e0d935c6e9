/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is at the other end: greetings, HELLO, WELCOME, INITIATE, READY, or ERROR and why. The caller has READY
 * before it is done, and so knows that it was taken.
 */
#ifndef MPCF_ZMQ_CURVE_HANDSHAKE_H
#define MPCF_ZMQ_CURVE_HANDSHAKE_H

#include "curve_link.h"

/* Goes on as far as that goes now; *EVENTS (poll's): what it waits for. MPCF_E_AUTH with what this side
 * or the other holds against the proof, MPCF_E_CLOSED where the peer went without a word. */
mpcf_status curve_link_shake(struct curve_link *l, bool *done, short *events, mpcf_error *err);

#endif
