/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weight_masks: kept. Under which masks of weights a session is, of those that user and provider kept.
 *
 * The user says the id of what it has when it announces a session. The provider goes on with that where it is
 * its own of this user, for these weights and all that roles agree on; else it draws a new id and a new
 * seed. Nothing is kept for or of whom the link does not prove.
 */
#ifndef MPCF_INFERENCE_KEPT_MASKS_H
#define MPCF_INFERENCE_KEPT_MASKS_H

#include "inference/role_state.h"

/* Before a role joins; HANDSHAKE has all facts. Nobody proves who a peer is: MPCF_E_CONFIG. */
mpcf_status kept_masks_prepare(struct role_state *state, const struct handshake *handshake,
                               mpcf_error *err);
void kept_masks_clear(struct role_state *state);

/* The user: ID of what it has, zero where it has nothing. */
mpcf_status kept_masks_offer(struct role_state *state, uint8_t id[HANDSHAKE_SESSION],
                             mpcf_error *err);
/* The provider: STATE->kept_masks for a user that offers OFFERED, and its ID; zero: the session's masks are its
 * own. None are begun for a stored session, which has been taken up: its own may be those that are kept. */
mpcf_status kept_masks_answer(struct role_state *state, const uint8_t offered[HANDSHAKE_SESSION],
                              uint8_t id[HANDSHAKE_SESSION], bool is_resumed, mpcf_error *err);
/* The user: STATE->kept_masks as the provider's answer ID says. */
mpcf_status kept_masks_settle(struct role_state *state, const uint8_t id[HANDSHAKE_SESSION],
                              bool is_resumed, mpcf_error *err);

#endif
