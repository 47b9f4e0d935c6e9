/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The masked weights of a session: each set sent once, whichever program needs it first, or taken from
 * what the user kept of an earlier session.
 */
#ifndef MPCF_SECURE_SESSION_WEIGHTS_H
#define MPCF_SECURE_SESSION_WEIGHTS_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "secure/session_run.h"

struct masked_weights;
struct session; /* session.h */

/* Sets up those of RUN's program that the session does not have yet. *BY_STEP points to all of
 * them, NULL for other steps; mpcf_free(). */
mpcf_status session_set_up_weights(struct session *s, struct session_run *run,
                                   struct masked_weights ***by_step, mpcf_error *err);

/* The user, before it announces P: takes those that the session lacks from what it keeps. *ALL: each of
 * them, and there were some; the provider hears that (session_run.has_kept). Else none is taken; a
 * damaged one is removed, logged, and comes again. */
mpcf_status session_take_weights(struct session *s, const struct program *p, bool *all,
                                 mpcf_error *err);

#endif
