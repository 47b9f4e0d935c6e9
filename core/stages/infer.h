/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inference on one machine, compared with the student in float and by the
 * plaintext reference.
 */
#ifndef MPCF_STAGES_INFER_H
#define MPCF_STAGES_INFER_H

#include "stages/context.h"

mpcf_status stage_infer(struct stage_context *c, mpcf_error *err);

#endif
