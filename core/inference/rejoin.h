/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What user and provider do where the dealer goes between inferences: they wait for one at the same
 * address, and go on with a new session. Only where the roles were started one by one: the parent of a
 * run on one machine ends all.
 */
#ifndef MPCF_INFERENCE_REJOIN_H
#define MPCF_INFERENCE_REJOIN_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "inference/announcement.h"
#include "inference/role_state.h"

/* Looks, without a wait, whether the dealer's link has ended. */
bool rejoin_look(struct role_state *state);
/* STATUS, with ERR, ended what this role did. Whether that is the dealer's end, which another dealer
 * can mend: it is logged then, and ERR emptied. */
bool rejoin_note_loss(struct role_state *state, mpcf_status status, mpcf_error *err);

/* Both tell how often within connect_timeout: once; and each failing ends the run: MPCF_E_TIMEOUT, or what
 * the dealer that is there has against this role. Sessions that begin then are named anew. */
/* The user: tells the provider, and comes back with both linked to the dealer. */
mpcf_status rejoin_as_user(struct role_state *state, mpcf_error *err);
/* The provider, which HEARD that. The answer is the caller's. */
mpcf_status rejoin_as_provider(struct role_state *state, const struct announcement *heard,
                               mpcf_error *err);

#endif
