/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a role is called: until it is there, not busy, has proved itself, and agrees.
 */
#ifndef MPCF_ROLES_CALL_H
#define MPCF_ROLES_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/channel.h"
#include "channel/handshake.h"
#include "channel/role.h"
#include "roles/options.h"

struct call {
    enum role role;
    int64_t deadline; /* to find it, and to wait while it has another session */
    int64_t reach_ns; /* and each time to get a connection */
    int64_t
        patience; /* for its hello; twice more for its handshake, which may take two greetings more */
    struct channel *held; /* of another role that waits meanwhile; NULL: of none */
    bool held_ended;      /* out: that one hung up, and so the call was given up */
};

/*
 * *OUT: a link to TO's role, and *THEIRS what it said. Who has other keys, or none where this role has
 * some: MPCF_E_AUTH; who disagrees, is another role or speaks another protocol: MPCF_E_PROTOCOL; who does
 * not take this role: MPCF_E_CLOSED; nobody, or only busy: MPCF_E_TIMEOUT. Each names the role and
 * the address that were called, and what is likely.
 */
mpcf_status call_role(const struct roles_options *o, struct call *to, const struct handshake *mine,
                      struct handshake *theirs, struct channel **out, mpcf_error *err);
/* Calls ROLE, which has no part in it, to say why this one ends; if it is there. */
void call_to_tell(const struct roles_options *o, enum role role, const struct handshake *mine,
                  const mpcf_error *why);

#endif
