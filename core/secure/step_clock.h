/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long each step of a program takes one role: processor seconds of its thread, the least of several
 * inferences. For measuring what computing costs; with one worker (base/workers.h) the thread does all.
 */
#ifndef MPCF_SECURE_STEP_CLOCK_H
#define MPCF_SECURE_STEP_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

enum step_phase {
    PHASE_BEFORE, /* the run; all of the dealer's */
    PHASE_ONLINE,
    STEP_PHASES
};

struct step_clock {
    double *now[STEP_PHASES];   /* by step: of the inference that runs */
    double *least[STEP_PHASES]; /* of those that ended; infinite before the first did */
    size_t steps;
};

mpcf_status step_clock_create(size_t steps, struct step_clock *out, mpcf_error *err);
void step_clock_clear(struct step_clock *c);
/* Now, to be given to step_clock_stop(); 0 and nothing where C is NULL. */
int64_t step_clock_start(const struct step_clock *c);
void step_clock_stop(struct step_clock *c, enum step_phase phase, uint32_t step, int64_t start);
/* An inference ended. */
void step_clock_fold(struct step_clock *c);

#endif
