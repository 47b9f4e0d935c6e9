/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one session is joined, by role.
 */
#ifndef MPCF_ROLES_JOIN_H
#define MPCF_ROLES_JOIN_H

#include <mpcf/error.h>

#include "channel/handshake.h"
#include "roles/roles_inside.h"

/* Links that were made stay in LINKS also where it fails. A provider's or dealer's attendant does not run
 * before; it may run behind. */
mpcf_status join_as_user(struct roles *r, struct handshake *mine, struct roles_links *links,
                         mpcf_error *err);
mpcf_status join_as_provider(struct roles *r, struct handshake *mine, struct roles_links *links,
                             mpcf_error *err);
/* User or provider, which have no link to a dealer any more: calls it again for MINE's session. */
mpcf_status join_dealer_again(struct roles *r, const struct handshake *mine,
                              struct roles_links *links, mpcf_error *err);
mpcf_status join_as_dealer(struct roles *r, struct handshake *mine, struct roles_links *links,
                           mpcf_error *err);

#endif
