/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trains OUTPUT/student to answer as the teacher does.
 */
#ifndef MPCF_STAGES_DISTILL_H
#define MPCF_STAGES_DISTILL_H

#include "stages/context.h"

mpcf_status stage_distill(struct stage_context *c, mpcf_error *err);

#endif
