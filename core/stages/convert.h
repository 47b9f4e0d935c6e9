/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes OUTPUT/student: the teacher's weights, its slow functions replaced.
 */
#ifndef MPCF_STAGES_CONVERT_H
#define MPCF_STAGES_CONVERT_H

#include "stages/context.h"

mpcf_status stage_convert(struct stage_context *c, mpcf_error *err);

#endif
