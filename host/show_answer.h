/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers on standard output, a line each.
 */
#ifndef MPCF_HOST_SHOW_ANSWER_H
#define MPCF_HOST_SHOW_ANSWER_H

#include "predict/answers.h"

/* For a person: label, probability and logits with tabs between; a score alone; with `reveal: label` the
 * label alone. The context is not looked at. */
mpcf_status show_answer(void *context, const struct prediction *p, mpcf_error *err);
/* For a tool: {"index": 0, "label": "yes", "probabilities": [..], "logits": [..]}; of a score
 * {"index": 0, "score": 1.5, "logits": [1.5]}; a label alone has the first two. */
mpcf_status show_answer_json(void *context, const struct prediction *p, mpcf_error *err);

#endif
