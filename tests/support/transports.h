/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transports for tests: loaded ones with default options, connected pairs, and one that fails
 * where it is told to.
 */
#ifndef MPCF_TESTS_TRANSPORTS_H
#define MPCF_TESTS_TRANSPORTS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/transport.h>

#include "channel/channel.h"

/* A transport plug-in of the build tree with its options' defaults; the same for each call
 * with NAME; released at exit. Fails the test where it is missing. */
struct test_transport {
    const mpcf_transport *transport;
    const void *config;
};
struct test_transport test_transport_load(const char *name);

/* Two joined connections of this process. LISTEN: as for listen(), port or name left open. */
void test_transport_pair(const struct test_transport *t, const char *listen, void *conns[2]);
/* The same as channels, with TIMEOUT_NS. */
void test_channel_pair(const struct test_transport *t, const char *listen, int64_t timeout_ns,
                       struct channel *channels[2]);

/*
 * TRANSPORT with faults: the N-th of all sends, receives and exchanges of a connection made
 * from now on fails with STATUS (0: none does).
 */
struct test_faults {
    size_t fail_at;
    mpcf_status status;
    bool hide_exchange; /* as a transport without exchange() and advance() */
};
/* Wraps CONN, which the wrapper's close() closes; *WRAPPED and the result go to channel_create(). */
const mpcf_transport *test_transport_faulty(const mpcf_transport *transport, void *conn,
                                            const struct test_faults *faults, void **wrapped);

#endif
