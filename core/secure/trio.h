/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All three roles of a few inferences, as threads of this process: for conformance checks and
 * benchmarks. A real run has a process for each role.
 */
#ifndef MPCF_SECURE_TRIO_H
#define MPCF_SECURE_TRIO_H

#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"

struct trio_run {
    const struct program *program;
    const struct weights *weights;
    const struct secure_input *input;
    const uint8_t *seed; /* 16 bytes that repeat a run, for measurements; NULL: the system's */
    size_t inferences;   /* of one session, all of INPUT; 0 is 1 */
    struct step_clock *clocks; /* NULL, or of each role, by enum role */
};
/* OUTPUT as session_run's, of all inferences one after the other; *METERED (may be NULL,
 * cost_destroy()) is what the two parties sent for the last, in cost_run()'s form. The first failing
 * role's error is reported. */
mpcf_status trio_run(const struct trio_run *run, double *output, struct cost **metered,
                     mpcf_error *err);

#endif
