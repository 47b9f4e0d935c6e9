/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run warned of, as its report keeps it: the list "warnings" (docs/report.md).
 */
#ifndef MPCF_REPORT_REPORT_WARNINGS_H
#define MPCF_REPORT_REPORT_WARNINGS_H

#include <jansson.h>
#include <mpcf/error.h>

/* TEXT is what is to be said ABOUT this ("teacher.order"), in place of what was: a stage that is skipped leaves
 * its own. NULL: nothing is any longer. */
mpcf_status report_warn(json_t *root, const char *about, const char *text, mpcf_error *err);

#endif
