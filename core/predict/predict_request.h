/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of one's own, a pipeline that has a network for them, and who is told the answers.
 */
#ifndef MPCF_PREDICT_PREDICT_REQUEST_H
#define MPCF_PREDICT_PREDICT_REQUEST_H

#include "pipeline/pipeline.h"
#include "predict/answers.h"

struct predict_request {
    const struct pipeline *pipeline;
    const char *const *texts; /* COUNT of them; */
    size_t count;
    const char *input; /* or a file with one a line, "-" for standard input; NULL: TEXTS */
    /* Of the user's role: all roles are on this machine, and with them the weights, so that answers are compared
     * with the student's in floats. */
    bool has_weights;
    predict_show *show;
    void *context;
};

#endif
