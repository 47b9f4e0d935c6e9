/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transport is told of the role that uses it, and how it is asked to listen and to call.
 */
#ifndef MPCF_CHANNEL_LINK_PARTY_H
#define MPCF_CHANNEL_LINK_PARTY_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>
#include <mpcf/transport.h>

#include "channel/role.h"
#include "channel/role_keys.h"

/*
 * The secret of a connection that A calls and B accepts is HMAC-SHA256 under both keys of their link,
 * A's before B's, of "mpcf link secret" and both roles: one for each pair and direction. KEYS NULL: none.
 * Destroy with link_party_destroy(), after every listener that was made with it.
 */
mpcf_status link_party_create(enum role role, const struct role_keys *keys, mpcf_party **out,
                              mpcf_error *err);
/* A provider and a user that share keys drawn now; where it fails, what is not NULL is still to be destroyed. */
mpcf_status link_party_pair(mpcf_party **provider, mpcf_party **user, mpcf_error *err);
void link_party_destroy(mpcf_party *party); /* NULL is fine; wipes */

/* Whether a peer's role is proved by TRANSPORT itself: a name alone says no role, and is enough only where
 * the system vouches for it. */
bool link_proves_roles(const mpcf_transport *transport);
/* What TRANSPORT does not do, where it does not: "transport '...' ..." goes on with it. */
const char *link_lacks(const mpcf_transport *transport);

/* TRANSPORT's listen_as() or listen(), connect_as() or connect(). */
mpcf_status link_listen(const mpcf_transport *transport, const void *config,
                        const mpcf_party *party, const char *address, void **listener,
                        mpcf_error *err);
mpcf_status link_connect(const mpcf_transport *transport, const void *config,
                         const mpcf_party *party, enum role peer, const char *address,
                         int64_t deadline, void **conn, mpcf_error *err);

#endif
