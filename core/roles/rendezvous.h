/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a dealer's callers wait for the other of their session: one of each session at most.
 */
#ifndef MPCF_ROLES_RENDEZVOUS_H
#define MPCF_ROLES_RENDEZVOUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel/channel.h"
#include "channel/handshake.h"
#include "channel/role.h"

#define RENDEZVOUS_CALLERS 16

/* A caller whose handshake agrees. */
struct waiter {
    struct channel *channel;
    enum role role;
    uint8_t session[HANDSHAKE_SESSION];
};

struct rendezvous {
    struct waiter waiting[RENDEZVOUS_CALLERS]; /* by age, the oldest first */
    size_t count;
};

/* Whether one of ROLE waits for the rest of SESSION. */
bool rendezvous_has(const struct rendezvous *rendezvous, enum role role,
                    const uint8_t session[HANDSHAKE_SESSION]);
/* True where W's other half waits: *OTHER, which is the caller's from now on. */
bool rendezvous_pair(struct rendezvous *rendezvous, const struct waiter *w, struct waiter *other);
/* Takes W over. Where all places are taken the oldest goes: true. */
bool rendezvous_wait(struct rendezvous *rendezvous, const struct waiter *w);
/* Hangs up on those that wait for the rest of SESSION; false where none does. */
bool rendezvous_leave(struct rendezvous *rendezvous, const uint8_t session[HANDSHAKE_SESSION]);
/* Lets those go that have hung up, or said something before it was their turn; how many. */
size_t rendezvous_sweep(struct rendezvous *rendezvous);
/* Hangs up on all. */
void rendezvous_close(struct rendezvous *rendezvous);

#endif
