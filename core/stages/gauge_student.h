/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The student's weights, before they are saved and their ranges measured: pass/gauge.h.
 */
#ifndef MPCF_STAGES_GAUGE_STUDENT_H
#define MPCF_STAGES_GAUGE_STUDENT_H

#include "network/loaded_network.h"
#include "pipeline/pipeline.h"

/* At the end of STAGE. The log says how many channels were scaled; which and by what is in the weights alone. */
mpcf_status stage_gauge(enum pipeline_stage stage, const struct loaded_network *n, mpcf_error *err);

#endif
