/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The masked weights of a session: each set sent once, whichever program needs it first.
 */
#ifndef MPCF_SECURE_SESSION_WEIGHTS_H
#define MPCF_SECURE_SESSION_WEIGHTS_H

#include <mpcf/error.h>

#include "secure/session_run.h"

struct masked_weights;
struct session; /* session.h */

/* Sets up those of RUN's program that the session does not have yet. *BY_STEP points to all of
 * them, NULL for other steps; mpcf_free(). */
mpcf_status session_set_up_weights(struct session *s, struct session_run *run,
                                   struct masked_weights ***by_step, mpcf_error *err);

#endif
