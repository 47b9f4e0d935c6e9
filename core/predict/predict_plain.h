/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to texts of one's own by a pipeline's network in the clear. Nothing of a run is touched.
 */
#ifndef MPCF_PREDICT_PREDICT_PLAIN_H
#define MPCF_PREDICT_PREDICT_PLAIN_H

#include "predict/predict_request.h"

/* In floats: the student of the run or, where there is none yet, what it is to be made from: the
 * teacher, or model.path with its own functions where nothing trains it. The log says which. Answers
 * to the lines of a pipe come as the lines do. Nothing there to answer: MPCF_E_CONFIG. */
mpcf_status predict_plain(const struct predict_request *request, mpcf_error *err);

#endif
