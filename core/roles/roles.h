/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How provider, user and dealer find each other, and agree that they mean the same.
 *
 * Provider and dealer listen; the user calls the dealer and then the provider, which calls the
 * dealer before it answers the user. The user draws the session; the dealer pairs the two that
 * name it.
 *
 * So all three hear of a disagreement between two, once they are there: the provider's answer
 * tells the user what is between provider and dealer; the user, which is the first at the dealer,
 * tells the provider what is between user and dealer, and with a second call the dealer what is
 * between user and provider.
 */
#ifndef MPCF_ROLES_ROLES_H
#define MPCF_ROLES_ROLES_H

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
    const void *config;            /* of the transport */
    const char *listen;            /* provider, dealer; NULL: loopback, chosen by the system */
    const char *addresses[3];      /* of those this role calls; NULL: told by CONTROL */
    const struct role_keys *keys;  /* with which the links are authenticated; NULL: none */
    bool plain_allowed;            /* `require: []`: also a link that does not protect, anywhere */
    bool unencrypted_allowed;      /* anywhere, where it is authenticated by keys */
    int64_t connect_ns;            /* to find each other, each */
    int64_t timeout_ns;            /* each message after that */
    struct roles_control *control; /* one-machine run: the parent passes addresses; or NULL */
};

/* A role that may be called, or is about to call. */
struct roles;
/* Refuses a link on which nobody proves who it is, and beyond loopback addresses one that the
 * transport does not protect (MPCF_E_CONFIG); listens where the role does. O is copied, what it points to must live as long. */
mpcf_status roles_open(const struct roles_options *o, struct roles **out, mpcf_error *err);
void roles_close(struct roles *r); /* NULL is fine; links stay */
/* Where this role listens; "" for the user. */
const char *roles_address(const struct roles *r);

struct roles_links {
    struct channel *peers[3]; /* by role; own entry NULL */
    uint8_t session[HANDSHAKE_SESSION];
    bool has_stored;         /* provider and user go on with the stored session they both have */
    uint64_t next_inference; /* of it: the larger of their numbers */
};
/*
 * Joins one session; a provider or dealer may join one after another. MINE: role and facts
 * (handshake_init(), handshake_add()) and stored session; its own session is set here. Who calls
 * and does not speak mpcf is logged and left; who disagrees ends it: MPCF_E_PROTOCOL on each side,
 * with all that differs, and MPCF_E_CLOSED with one side's message at the third. Callers of a
 * session that is not complete when the dealer joins another stay for the next time. Nobody there:
 * MPCF_E_TIMEOUT.
 */
mpcf_status roles_join(struct roles *r, struct handshake *mine, struct roles_links *links,
                       mpcf_error *err);
void roles_links_close(struct roles_links *links);

/* Where a role listens on TRANSPORT whose address is not given: here, and the system chooses. */
const char *roles_wish(const mpcf_transport *transport);
/* Whether ADDRESS, of a transport that is not confined to one machine, names this machine:
 * 127.*, [::1], localhost. */
bool roles_is_loopback(const char *address);

#endif
