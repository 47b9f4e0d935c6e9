/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a dealer's callers wait for the other of their session: one of each session at most.
 */
#ifndef MPCF_ROLES_RENDEZVOUS_H
#define MPCF_ROLES_RENDEZVOUS_H

#include <stdbool.h>
#include <stddef.h>

#include "channel/handshake.h"

#define RENDEZVOUS_CALLERS 8

/* A caller that has said its handshake. */
struct caller {
    struct channel *channel;
    struct handshake handshake;
};

struct rendezvous {
    struct caller waiting[RENDEZVOUS_CALLERS];
    size_t count;
};

/* True where CALLER's other half waits: *OTHER, which is the caller's from now on. */
bool rendezvous_pair(struct rendezvous *rendezvous, const struct caller *caller,
                     struct caller *other);
/* Takes CALLER over; a full rendezvous turns another away. One of its session waits already:
 * MPCF_E_PROTOCOL, and CALLER is closed. */
mpcf_status rendezvous_wait(struct rendezvous *rendezvous, const struct caller *caller,
                            mpcf_error *err);
/* Closes the one that waits for the rest of CALLER's session; false where none does. */
bool rendezvous_leave(struct rendezvous *rendezvous, const struct handshake *caller);
/* Closes all. */
void rendezvous_close(struct rendezvous *rendezvous);

#endif
