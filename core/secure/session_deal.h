/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The corrections of a session's inferences: from the dealer to the user, now or ahead of time.
 */
#ifndef MPCF_SECURE_SESSION_DEAL_H
#define MPCF_SECURE_SESSION_DEAL_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "secure/session_run.h"

struct masked_weights;
struct program;
struct session; /* session.h */

/*
 * Sessions with a store: all three roles call session_deal() for each program, in the order of
 * the inferences to come: the weights are set up, and the corrections of COUNT inferences go to
 * the user's disk. session_infer() then works without the dealer (whose own call does nothing),
 * also in later processes that resume. What was not dealt ahead is dealt by session_infer(), over
 * the disk. An inference's number is on both parties' disks as used up before its first byte is
 * used. A session without a store, or a resumed one: MPCF_E_INVALID.
 */
mpcf_status session_deal(struct session *s, struct session_run *run, size_t count, mpcf_error *err);

/* What the corrections of one inference of P take on the user's disk. */
mpcf_status session_deal_bytes(const struct program *p, uint64_t *bytes, mpcf_error *err);

/* For session_infer(): what is still to be dealt for INFERENCE. Without a store the dealer sends,
 * and the user reads as it computes; with one the user writes it to its disk first. */
mpcf_status session_deal_one(struct session *s, const struct session_run *run,
                             struct masked_weights *const *masked, uint32_t inference,
                             mpcf_error *err);

#endif
