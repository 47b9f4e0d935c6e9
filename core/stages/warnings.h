/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run warns of: a line of the log now, and an entry of the report for whoever reads only that.
 */
#ifndef MPCF_STAGES_WARNINGS_H
#define MPCF_STAGES_WARNINGS_H

#include "base/text.h"
#include "stages/context.h"

/* ABOUT: report/report_warnings.h. TEXT is cleared; without anything in it there is nothing to warn of. */
mpcf_status stage_warn(struct stage_context *c, const char *about, struct text_buffer *text,
                       mpcf_error *err);
/* Of NETWORK ("student"), whose figures are in the report: where it is no better than always answering the class
 * of most rows. IS_TOLD: why is known, and nothing is said. */
mpcf_status stage_warn_of_guessing(struct stage_context *c, const char *network, bool is_told,
                                   mpcf_error *err);

/* Of rows of the evaluation split that are among the LIMIT training rows, too; once in a run. */
mpcf_status stage_warn_of_same_rows(struct stage_context *c, size_t limit, mpcf_error *err);

#endif
