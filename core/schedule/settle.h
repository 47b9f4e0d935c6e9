/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from the rings of a program's values. The planner asks it for rings under trial,
 * program_finish() for the chosen ones, so that both speak of one program.
 */
#ifndef MPCF_SCHEDULE_SETTLE_H
#define MPCF_SCHEDULE_SETTLE_H

#include "schedule/openings.h"

/* Sets is_input_independent and round of values, round and openings of steps, and the number of
 * rounds of P. Step costs are right after it. */
void schedule_settle(struct program *p, const struct openings *o);

#endif
