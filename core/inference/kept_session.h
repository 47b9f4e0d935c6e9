/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider's stored sessions under kept masks (weight_masks: kept): each has a copy of the seed, so each goes with
 * the masks. The file `kept` in its folder has their id in hex.
 */
#ifndef MPCF_INFERENCE_KEPT_SESSION_H
#define MPCF_INFERENCE_KEPT_SESSION_H

#include "inference/role_state.h"

/* The provider, of a session that was stored in FOLDER (NULL: none) under STATE->kept_masks: their id is put there.
 * Without such masks, and for other roles, nothing. MPCF_E_IO. */
mpcf_status kept_session_note(const struct role_state *state, const char *folder, mpcf_error *err);
/* Whether the session in FOLDER has masks of its own, or such as are still kept. */
bool kept_session_is_known(const struct role_state *state, const char *folder);

#endif
