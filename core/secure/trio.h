/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All three roles of one inference, as threads of this process: for conformance checks and
 * benchmarks. A real run has a process for each role.
 */
#ifndef MPCF_SECURE_TRIO_H
#define MPCF_SECURE_TRIO_H

#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"

/* OUTPUT as session_run's; *METERED (may be NULL, cost_destroy()) is what the two parties sent,
 * in cost_run()'s form. SEED: 16 bytes that repeat a run, for measurements; NULL: the system's
 * randomness. The first failing role's error is reported. */
mpcf_status trio_run(const struct program *program, const struct weights *weights,
                     const struct secure_input *input, const uint8_t *seed, double *output,
                     struct cost **metered, mpcf_error *err);

#endif
