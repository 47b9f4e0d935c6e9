/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one call on a session works on, and what it measured.
 */
#ifndef MPCF_SECURE_SESSION_RUN_H
#define MPCF_SECURE_SESSION_RUN_H

#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/step_clock.h"

/* What one call of session_infer() or session_deal() works on: program P; of the provider WEIGHTS;
 * of the user INPUT, OUTPUT (reals) and, where P has USER_LOOKUP steps, their tables in WEIGHTS;
 * others NULL. Filled: what was sent, and the seconds of each part. */
struct session_run {
    const struct program *program;
    const struct weights *weights;
    const struct secure_input *input;
    double *output;
    struct cost *metered;     /* NULL, or a cost_run() of this program: overwritten with what was
                                  sent (a party does not see the dealer's link to the other) */
    struct step_clock *clock; /* NULL, or measures this role's steps */
    bool has_kept;       /* given: the user has what this session lacks of P's masked weights, by
                       session_take_weights(), and none is sent */
    uint64_t kept_bytes; /* filled: of the set-up that was not sent for that */
    double setup_seconds, offline_seconds, online_seconds;
};

#endif
