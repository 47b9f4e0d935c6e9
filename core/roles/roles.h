/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How provider, user and dealer find each other, and agree that they mean the same.
 *
 * Provider and dealer listen; the user calls the dealer and then the provider, which calls the
 * dealer before it answers the user. The user draws the session; the dealer pairs the two that
 * name it.
 *
 * Only a session that was joined can end who listens. Who calls and disagrees ends, and tells the third
 * why, if it is there: the user tells both others; what is between provider and dealer comes to
 * the user in the provider's answer. Who was called answers, logs it and goes on listening.
 */
#ifndef MPCF_ROLES_ROLES_H
#define MPCF_ROLES_ROLES_H

#include <stdbool.h>

#include "channel/handshake.h"
#include "roles/options.h"

/* A role that may be called, or is about to call. */
struct roles;
/* Refuses a link on which nobody proves who it is, and beyond loopback addresses one that the
 * transport does not protect (MPCF_E_CONFIG); listens where the role does, but nobody is answered
 * yet. O is copied, what it points to must live as long. */
mpcf_status roles_open(const struct roles_options *o, struct roles **out, mpcf_error *err);
void roles_close(struct roles *r); /* NULL is fine; links stay */
/* Where this role listens; "" for the user. */
const char *roles_address(const struct roles *r);

/*
 * Joins one session; a provider or dealer may join one after another. MINE: role and facts
 * (handshake_init(), handshake_add()) and, the user's, the stored session it would go on with (the
 * provider's: `meet`); its own session is set here.
 *
 * Who calls and is a stranger, cannot prove itself, or disagrees is answered, logged and left. Where this
 * role calls: MPCF_E_AUTH, MPCF_E_PROTOCOL with all that differs, MPCF_E_CLOSED with why it was refused.
 * Nobody there: MPCF_E_TIMEOUT, with why the last caller was turned away. A signal:
 * MPCF_E_INTERRUPTED within a second. LINKS has then what was joined before, for last words: a user's to
 * the dealer, which may have its session already. The caller closes LINKS either way.
 *
 * From then on, until it joins again or closes, a thread tells those who call a provider or dealer
 * that it is busy; they call again until their connect_timeout. Callers of a session that is not
 * complete when the dealer joins another stay for the next time.
 */
mpcf_status roles_join(struct roles *r, struct handshake *mine, struct roles_links *links,
                       mpcf_error *err);
/* User or provider, in a joined session: its dealer has gone. Closes that link, and calls the dealer
 * until connect_timeout, as to join SESSION, which both name; MINE is what roles_join() had. Where it
 * fails, as there, LINKS has none to a dealer. No heartbeat goes on that link meanwhile. */
mpcf_status roles_rejoin_dealer(struct roles *r, struct handshake *mine,
                                const uint8_t session[HANDSHAKE_SESSION], struct roles_links *links,
                                mpcf_error *err);
void roles_links_close(struct roles_links *links);

/* Where a role listens on TRANSPORT whose address is not given: here, and the system chooses. */
const char *roles_wish(const mpcf_transport *transport);
/* Whether ADDRESS, of a transport that is not confined to one machine, names this machine:
 * 127.*, [::1], localhost. */
bool roles_is_loopback(const char *address);

#endif
