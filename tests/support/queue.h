/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transports as others may write them: one that keeps boundaries, and a stream without advance().
 * Both ends in this process; neither knows of signals.
 */
#ifndef MPCF_TESTS_QUEUE_H
#define MPCF_TESTS_QUEUE_H

#include <stdbool.h>

#include <mpcf/transport.h>

/* CONNS for channel_create(): a few messages, or KEEPS_BOUNDS false 64 KiB of bytes, fit in
 * between. */
const mpcf_transport *test_queue_pair(bool keeps_bounds, void *conns[2]);

#endif
