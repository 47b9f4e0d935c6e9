/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of a role that was started by itself: what it knows of its run, in
 * OUTPUT/infer/ROLE/report.json and report.html. The roles may share an output folder.
 */
#ifndef MPCF_STAGES_ROLE_REPORT_H
#define MPCF_STAGES_ROLE_REPORT_H

#include "channel/role.h"
#include "pipeline/pipeline.h"

/* Of infer/ROLE.json, which the role has written; its run took SECONDS. The user's counts its labels and answers,
 * and is its owner's alone. MPCF_E_INTERNAL: what was metered is not what the cost engine says. */
mpcf_status role_report_write(const struct pipeline *p, enum role role, double seconds,
                              mpcf_error *err);

#endif
