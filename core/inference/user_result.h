/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's answers as its record has them, with the metrics of its labels.
 */
#ifndef MPCF_INFERENCE_USER_RESULT_H
#define MPCF_INFERENCE_USER_RESULT_H

#include <jansson.h>

#include <mpcf/error.h>

#include "inference/role_state.h"

/* ANSWERS: student.answer of each row of the corpus. *OUT: json_decref(). */
mpcf_status user_result_make(const struct role_state *state, const float *answers, json_t **out,
                             mpcf_error *err);

#endif
