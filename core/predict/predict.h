/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to texts of one's own: by a pipeline's network in the clear, or by its roles. Nothing of a
 * run's report is touched.
 */
#ifndef MPCF_PREDICT_PREDICT_H
#define MPCF_PREDICT_PREDICT_H

#include "channel/role.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/pipeline.h"
#include "predict/answers.h"

struct predict_request {
    const struct pipeline *pipeline;
    const char *const *texts; /* COUNT of them; */
    size_t count;
    const char *input; /* or a file with one a line, "-" for standard input; NULL: TEXTS */
    predict_show *show;
    void *context;
};

/* In floats: the student of the run or, where there is none yet, what it is to be made from: the
 * teacher, or model.path with its own functions where nothing trains it. The log says which. Answers
 * to the lines of a pipe come as the lines do. Nothing there to answer: MPCF_E_CONFIG. */
mpcf_status predict_plain(const struct predict_request *request, mpcf_error *err);

/* The role's process. The user asks REQUEST's texts; provider and dealer serve, REQUEST's texts and
 * `show` not being looked at, and leave no record. */
mpcf_status predict_role(const struct predict_request *request, enum role role, mpcf_error *err);
/* Three processes of this program on this machine: "predict FILE --role R" with WORDS (NULL ends)
 * for the user, whose standard input and output are this one's. */
mpcf_status predict_here(const struct pipeline *p, const struct pipeline_request *source,
                         const char *const *words, mpcf_error *err);

#endif
