/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a report says of networks and runs that are no more.
 */
#ifndef MPCF_STAGES_REPORT_BEHIND_H
#define MPCF_STAGES_REPORT_BEHIND_H

#include <jansson.h>
#include <mpcf/error.h>

#include "pipeline/pipeline.h"

/* STAGE writes its result anew: forgets the parts of the stages behind it, and those of its own that it may not
 * write again. */
mpcf_status report_drop_behind(json_t *report, enum pipeline_stage stage, mpcf_error *err);

#endif
