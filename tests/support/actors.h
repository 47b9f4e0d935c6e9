/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles that join on threads of a test, and strangers that call them.
 */
#ifndef MPCF_TESTS_ACTORS_H
#define MPCF_TESTS_ACTORS_H

#include <pthread.h>

#include "channel/channel.h"
#include "channel/handshake.h"
#include "channel/hello.h"
#include "roles/roles.h"
#include "support/transports.h"

#define ACTOR_SECOND INT64_C(1000000000)

/* ROLE over TRANSPORT with keys of set 0, 15 s to find the others, 10 s of patience. */
struct roles_options actor_options(const char *transport, enum role role);

/* One role on a thread of its own. */
struct actor {
    struct roles *roles;
    char addresses[4][256]; /* of the options; the last: where it listens */
    struct handshake mine;
    struct roles_links links;
    mpcf_status status;
    double seconds; /* that it took to join, or to fail */
    mpcf_error *err;
    pthread_t thread;
};

/* Keeps what O's addresses say. Its only fact but the version is "batch". */
void actor_open(struct actor *a, const struct roles_options *o, const char *batch);
/* roles_join(), on a thread until actor_join(), or at once. */
void actor_start(struct actor *a);
void actor_join(struct actor *a);
void actor_run(struct actor *a);
void actor_close(struct actor *a);

/* A provider, which listens, and a user, over TRANSPORT; both call the dealer at DEALER. */
void couple_open(struct actor couple[2], const char *transport, const char *dealer,
                 const char *batch);
/* A couple and its dealer, which has been opened: all join, and that is asserted. */
void couple_joins(struct actor couple[2], struct actor *dealer);
void couple_close(struct actor couple[2]);

/* A connection to ADDRESS; the test fails where there is none. */
void *stranger_call(const struct test_transport *t, const char *address);
/* LENGTH bytes as they are, over a transport that keeps no boundaries. */
void stranger_send(const struct test_transport *t, void *conn, const void *bytes, size_t length);
/* What comes until the other hangs up, LIMIT bytes, or SECONDS without a byte; how many. */
size_t stranger_hear(const struct test_transport *t, void *conn, void *bytes, size_t limit,
                     double seconds);

#endif
