/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a dealer's callers wait for the other of their session: one of each session at most.
 */
#ifndef MPCF_ROLES_LOBBY_H
#define MPCF_ROLES_LOBBY_H

#include <stdbool.h>
#include <stddef.h>

#include "channel/hello.h"

#define LOBBY_CALLERS 8

/* A caller that has said its hello. */
struct caller {
    struct channel *channel;
    struct hello hello;
};

struct lobby {
    struct caller waiting[LOBBY_CALLERS];
    size_t count;
};

/* True where CALLER's other half waits: *OTHER, which is the caller's from now on. */
bool lobby_pair(struct lobby *lobby, const struct caller *caller, struct caller *other);
/* Takes CALLER over; a full lobby turns another away. One of its session waits already:
 * MPCF_E_PROTOCOL, and CALLER is closed. */
mpcf_status lobby_wait(struct lobby *lobby, const struct caller *caller, mpcf_error *err);
/* Closes the one that waits for the rest of CALLER's session; false where none does. */
bool lobby_leave(struct lobby *lobby, const struct hello *caller);
/* Closes all. */
void lobby_close(struct lobby *lobby);

#endif
