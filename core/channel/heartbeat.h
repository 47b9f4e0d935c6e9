/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs of life of a joined role: while it works, or waits for one peer, the others hear that it is
 * there.
 */
#ifndef MPCF_CHANNEL_HEARTBEAT_H
#define MPCF_CHANNEL_HEARTBEAT_H

#include <stddef.h>
#include <stdint.h>

#include "channel/channel.h"

struct heartbeat;

/* A thread that beats on each of COUNT channels (NULL entries are left out) until heartbeat_stop();
 * they must live as long. TIMEOUT_NS: what this role allows its peers, which hear
 * something every framing_silence() of it. No signal is taken in the thread. */
mpcf_status heartbeat_start(struct channel *const *channels, size_t count, int64_t timeout_ns,
                            struct heartbeat **out, mpcf_error *err);
void heartbeat_stop(struct heartbeat *h); /* NULL is fine */

#endif
