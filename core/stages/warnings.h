/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Warnings about figures: stage_warn() of what the evaluation split and the training rows show.
 */
#ifndef MPCF_STAGES_WARNINGS_H
#define MPCF_STAGES_WARNINGS_H

#include "stages/context.h"

/* Of NETWORK ("student"), whose figures are in the report: where it is no better than always answering the class
 * of most rows. IS_TOLD: why is known, and nothing is said. */
mpcf_status stage_warn_of_guessing(struct stage_context *c, const char *network, bool is_told,
                                   mpcf_error *err);

/* Of rows of the evaluation split that are among the LIMIT training rows, too; once in a run. */
mpcf_status stage_warn_of_same_rows(struct stage_context *c, size_t limit, mpcf_error *err);

#endif
