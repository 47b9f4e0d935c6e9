/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stage alone stands on results that no stage of this run makes anew.
 */
#ifndef MPCF_STAGES_STALE_H
#define MPCF_STAGES_STALE_H

#include <mpcf/error.h>

#include "pipeline/pipeline.h"

/* ASKED is to run alone: MPCF_E_CONFIG where a stage of the file before it was interrupted, or made its result
 * with other stand-ins, plug-ins or settings than the file says, or where the student is older than its teacher. */
mpcf_status stage_refuse_stale(const struct pipeline *p, enum pipeline_stage asked,
                               mpcf_error *err);

#endif
