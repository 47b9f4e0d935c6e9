/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which session a role is in: a new one, or the one that an earlier run left in its store.
 */
#ifndef MPCF_INFERENCE_ROLE_SESSION_H
#define MPCF_INFERENCE_ROLE_SESSION_H

#include "inference/role_state.h"

/* preprocess: store: what lies there goes into HANDSHAKE, where it was dealt for the same network,
 * options and (at the provider) weights. To be called when HANDSHAKE has all facts. */
mpcf_status role_session_offer(struct role_state *state, struct handshake *handshake,
                               mpcf_error *err);
/* A new session takes the place of the one before, also in the store. */
mpcf_status role_session_begin(struct role_state *state, mpcf_error *err);
/* The stored session that the handshake agreed on, behind all that either side has used; nothing at
 * the dealer, which has no part in it. No agreement: MPCF_E_PROTOCOL. */
mpcf_status role_session_resume(struct role_state *state, mpcf_error *err);

#endif
