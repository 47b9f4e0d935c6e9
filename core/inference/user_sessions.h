/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's sessions.
 */
#ifndef MPCF_INFERENCE_USER_SESSIONS_H
#define MPCF_INFERENCE_USER_SESSIONS_H

#include "inference/user_run.h"

/* All that the stored session has corrections for, in the order in which they were dealt. */
mpcf_status user_use_stored(struct user_run *u, mpcf_error *err);
/* The rest, one session after the other, until all is done. */
mpcf_status user_use_new(struct user_run *u, mpcf_error *err);

#endif
