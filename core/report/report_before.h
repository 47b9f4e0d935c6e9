/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the folder's report said before this run: kept under "before", for a table of what differs.
 */
#ifndef MPCF_REPORT_REPORT_BEFORE_H
#define MPCF_REPORT_REPORT_BEFORE_H

#include <jansson.h>
#include <mpcf/error.h>

/* Settings and key figures of REPORT, a report in small (docs/report.md, `before`), before a run writes over
 * them. *OUT: json_decref(); NULL where REPORT is of no run. */
mpcf_status report_before_take(const json_t *report, json_t **out, mpcf_error *err);
/* Puts a copy of EARLIER (may be NULL) under "before" where anything of REPORT differs from it. What was there
 * stays where nothing does: a run that only skips its stages is the one before, once more. */
mpcf_status report_before_settle(json_t *report, const json_t *earlier, mpcf_error *err);

#endif
