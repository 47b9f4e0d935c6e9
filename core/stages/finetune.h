/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes OUTPUT/teacher: the pre-trained network, trained on the task's labels.
 */
#ifndef MPCF_STAGES_FINETUNE_H
#define MPCF_STAGES_FINETUNE_H

#include "stages/context.h"

mpcf_status stage_finetune(struct stage_context *c, mpcf_error *err);

#endif
