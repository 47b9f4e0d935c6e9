/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secure run's integers in the clear, over some of the rows that a student's ranges were measured on: the
 * provider, who alone has the weights, finds there what would be wrong answers elsewhere.
 */
#ifndef MPCF_STAGES_STUDENT_REFERENCE_H
#define MPCF_STAGES_STUDENT_REFERENCE_H

#include "stages/context.h"

/*
 * Runs stages.calibrate.reference rows by the student that STAGE has made, unless that was done for this
 * student, this lowering and as many rows. Values beyond their ranges: MPCF_E_RANGE, a warning where distill
 * is to change the weights; what cannot be lowered, or a weight that does not fit, fails either way.
 */
mpcf_status student_reference(struct stage_context *c, enum pipeline_stage stage, mpcf_error *err);

#endif
