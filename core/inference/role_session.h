/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which session a role is in: a new one, or the one that an earlier run left in its store.
 *
 * A user offers the stored session that it would go on with; the provider looks whether it has that
 * one. Until the user announces what it does, each only looks: a caller that is turned away has
 * changed nothing.
 */
#ifndef MPCF_INFERENCE_ROLE_SESSION_H
#define MPCF_INFERENCE_ROLE_SESSION_H

#include "inference/role_state.h"

/* preprocess: store: what a session is dealt for is the facts of HANDSHAKE, which has all, and (at
 * the provider) the weights. The user: the session that was used last, dealt for the same, goes
 * into HANDSHAKE. Sessions that are too old are removed. A store of an earlier version:
 * MPCF_E_CONFIG. */
mpcf_status role_session_offer(struct role_state *state, struct handshake *handshake,
                               mpcf_error *err);
/* Digest of the facts of HANDSHAKE and (at the provider) of the weights. */
mpcf_status role_session_facts(const struct role_state *state, const struct handshake *handshake,
                               char facts[FILE_DIGEST_SIZE], mpcf_error *err);
/* How many stored sessions this role keeps, and users' masks. */
size_t role_session_kept(const struct role_state *state);
/* The provider: MINE answers the session that the user's THEIRS names, or none. For
 * roles_options.meet; CONTEXT is a struct role_state. */
void role_session_meet(void *context, const struct handshake *theirs, struct handshake *mine);

/* A new session, the next of this run. The one before it, of this run or the one that both had
 * stored, is given up and removed from the store. */
mpcf_status role_session_begin(struct role_state *state, mpcf_error *err);
/* The stored session that the handshake agreed on, behind all that either side has used; nothing at
 * the dealer, which has no part in it. No agreement, or a number that no session has:
 * MPCF_E_PROTOCOL. */
mpcf_status role_session_resume(struct role_state *state, mpcf_error *err);

#endif
