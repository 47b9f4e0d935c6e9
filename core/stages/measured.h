/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants of the student: measured once, by convert, and what distill goes on with.
 */
#ifndef MPCF_STAGES_MEASURED_H
#define MPCF_STAGES_MEASURED_H

#include "network/loaded_network.h"
#include "stages/context.h"

/* Gives the constants of N, the student as it begins, their values: those kept for KEY, or measured now and
 * kept. KEY is convert's; NULL: nothing is kept. Nothing is done where N has none. */
mpcf_status stage_measure(struct stage_context *c, struct loaded_network *n, const char *key,
                          mpcf_error *err);
/* STATUS, a failure of a step of N's, the student; where a value left all ranges (MPCF_E_RANGE) and N has measured
 * constants ERR says what these have to do with it. */
mpcf_status stage_explain_measured(const struct stage_context *c, const struct loaded_network *n,
                                   mpcf_status status, mpcf_error *err);

#endif
