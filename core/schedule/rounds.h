/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rounds of a program, as values.
 */
#ifndef MPCF_SCHEDULE_ROUNDS_H
#define MPCF_SCHEDULE_ROUNDS_H

#include "program/program.h"

/* Sets costs, rounds and offline_bytes of P, which is settled. They live as long as P. */
mpcf_status rounds_build(struct program *p, mpcf_error *err);

#endif
