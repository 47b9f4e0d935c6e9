/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the user's disk has room for what the dealer is to deal ahead, whose size is known.
 */
#ifndef MPCF_INFERENCE_DEAL_ROOM_H
#define MPCF_INFERENCE_DEAL_ROOM_H

#include "inference/role_state.h"
#include "inference/secure_batches.h"

/* For COUNT inferences: of BATCHES that are not done, then of all, again and again. Says how much that
 * is. MPCF_E_IO: less is free in the user's store. */
mpcf_status deal_room_check(struct role_state *state, const struct secure_batches *batches,
                            size_t count, mpcf_error *err);

#endif
