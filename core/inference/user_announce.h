/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's announcements to provider and dealer.
 */
#ifndef MPCF_INFERENCE_USER_ANNOUNCE_H
#define MPCF_INFERENCE_USER_ANNOUNCE_H

#include "inference/announcement.h"
#include "inference/user_run.h"

/* Where its questions are used up it is an error, and U->is_refused. */
mpcf_status user_tell_provider(struct user_run *u, const struct announcement *a, mpcf_error *err);
/* A dealer that is gone and not needed for A is noted as gone, without an error. */
mpcf_status user_tell_dealer(struct user_run *u, const struct announcement *a, mpcf_error *err);
/* Also one that is needed: that shows again, when this side has what the provider sends first. */
mpcf_status user_tell_or_lose_dealer(struct user_run *u, const struct announcement *a,
                                     mpcf_error *err);
/* Both: what the provider does not begin the dealer does not hear of. */
mpcf_status user_announce(struct user_run *u, const struct announcement *a, mpcf_error *err);

#endif
