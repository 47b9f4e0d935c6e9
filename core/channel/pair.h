/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two channels joined inside this process: for checks and benchmarks that run all roles in
 * threads. Runs between processes use transport plug-ins.
 */
#ifndef MPCF_CHANNEL_PAIR_H
#define MPCF_CHANNEL_PAIR_H

#include "channel/channel.h"

/* Both ends are the caller's (channel_close()). */
mpcf_status channel_pair(int64_t timeout_ns, struct channel *ends[2], mpcf_error *err);

#endif
