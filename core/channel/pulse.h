/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs of life of a joined role: while it works, or waits for one peer, the others hear that it is
 * there.
 */
#ifndef MPCF_CHANNEL_PULSE_H
#define MPCF_CHANNEL_PULSE_H

#include <stddef.h>
#include <stdint.h>

#include "channel/channel.h"

struct pulse;

/* A thread that beats on each of COUNT channels (NULL entries are left out) until pulse_stop();
 * they must live as long. TIMEOUT_NS: what this role allows its peers, which hear
 * something every framing_silence() of it. No signal is taken in the thread. */
mpcf_status pulse_start(struct channel *const *channels, size_t count, int64_t timeout_ns,
                        struct pulse **out, mpcf_error *err);
void pulse_stop(struct pulse *p); /* NULL is fine */

#endif
