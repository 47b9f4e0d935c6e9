/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to texts of one's own by a pipeline's roles. Nothing of a run's report is touched.
 */
#ifndef MPCF_PREDICT_PREDICT_SECURE_H
#define MPCF_PREDICT_PREDICT_SECURE_H

#include "channel/role.h"
#include "pipeline/open_pipeline.h"
#include "predict/predict_request.h"

/* The role's process. The user asks REQUEST's texts; provider and dealer serve one user, look at the
 * pipeline alone, and leave no record. What the role needs is not there: MPCF_E_CONFIG. */
mpcf_status predict_role(const struct predict_request *request, enum role role, mpcf_error *err);
/* Three processes of this program on this machine: "predict FILE --role R", with WORDS (NULL ends)
 * for the user, whose standard input and output are this one's. */
mpcf_status predict_here(const struct pipeline *p, const struct pipeline_request *source,
                         const char *const *words, mpcf_error *err);

#endif
