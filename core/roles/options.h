/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role is told before it joins, and what it has when it has joined.
 */
#ifndef MPCF_ROLES_OPTIONS_H
#define MPCF_ROLES_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/transport.h>

#include "channel/channel.h"
#include "channel/handshake.h"
#include "channel/role.h"
#include "channel/role_keys.h"

struct roles_control; /* control.h */

struct roles_options {
    enum role role;
    const mpcf_transport *transport;
    const void *config;           /* of the transport */
    const char *listen;           /* provider, dealer; NULL: loopback, chosen by the system */
    const char *addresses[3];     /* of those this role calls; NULL: told by CONTROL */
    const struct role_keys *keys; /* with which the links are authenticated; NULL: none */
    bool plain_allowed;           /* `require: []`: also a link that does not protect, anywhere */
    bool unencrypted_allowed;     /* anywhere, where it is authenticated by keys */
    int64_t connect_ns;           /* to find each other, each */
    int64_t timeout_ns;           /* a silent peer, after that */
    const mpcf_party *party; /* what the transport is told of this role; roles_open() makes it */
    struct roles_control *control; /* one-machine run: the parent passes addresses; or NULL */
    /* The provider: a caller agrees, and THEIRS is what it said: puts into MINE what depends on it,
     * the stored session that it named. It only looks: the caller may yet be turned away. NULL:
     * MINE is the same for all. */
    void (*meet)(void *context, const struct handshake *theirs, struct handshake *mine);
    void *meet_context;
};

struct roles_links {
    struct channel *peers[3]; /* by role; own entry NULL */
    uint8_t session[HANDSHAKE_SESSION];
    bool has_stored; /* provider and user go on with the stored session they both have */
    uint8_t stored[HANDSHAKE_SESSION]; /* which one */
    uint64_t next_inference;           /* of it: the larger of their numbers */
};

/* For who has keys on one side of a link only. */
#define ROLES_TWO_WAYS                                                                             \
    "give every role its keys (`mpcf-host keys new`, then `parties.ROLE.keys: FILE`), or write "   \
    "`require: []` under transport in every role's file, to go without"

#endif
