/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the user's disk has room for what the dealer is to deal ahead, whose size is known.
 */
#ifndef MPCF_INFERENCE_DEAL_ROOM_H
#define MPCF_INFERENCE_DEAL_ROOM_H

#include "inference/role_state.h"
#include "inference/secure_batches.h"

/* For BATCHES that are not done, and store_runs of all, in the user's store; says how much it is.
 * MPCF_E_IO: less is free. */
mpcf_status deal_room_check(struct role_state *state, const struct secure_batches *batches,
                            mpcf_error *err);

#endif
