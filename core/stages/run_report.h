/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a report says of any run: the file and its settings, the machine, the plug-ins, who
 * learns what.
 */
#ifndef MPCF_STAGES_RUN_REPORT_H
#define MPCF_STAGES_RUN_REPORT_H

#include <jansson.h>

#include "channel/role.h"
#include "pipeline/pipeline.h"

mpcf_status run_report_begin(const struct pipeline *p, json_t *report, mpcf_error *err);
/* The same of a role that was started by itself. */
mpcf_status run_report_begin_role(const struct pipeline *p, enum role role, json_t *report,
                                  mpcf_error *err);

#endif
