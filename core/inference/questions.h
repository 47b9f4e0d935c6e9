/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many questions each user has asked, kept by the provider over sessions and processes in
 * OUTPUT/questions.json (mode 0600), and how many it still answers (stages.infer.max_questions).
 *
 * A question is an example of an inference; a batch counts whole, with rows that only fill it. It
 * is used up when its inference begins: when the file that counts it is on the disk, before a byte
 * of the inference is sent. What then fails is not counted back, since who asked may have learned
 * from it. A user is whom the link proves; all whom it does not prove are one, "anonymous".
 */
#ifndef MPCF_INFERENCE_QUESTIONS_H
#define MPCF_INFERENCE_QUESTIONS_H

#include "inference/announcement.h"
#include "pipeline/pipeline.h"

/* IDENTITY: channel_identity(), "" where nobody is proved. *OUT is all zero where P has no limit. A
 * file that cannot be read or is damaged is an error, not a new beginning. */
mpcf_status questions_left(const struct pipeline *p, const char *identity,
                           struct question_limit *out, mpcf_error *err);
/* Uses up COUNT of them; nothing without a limit. More than are left: MPCF_E_INVALID, and none is
 * used up. Two processes of one output folder take turns. */
mpcf_status questions_use(const struct pipeline *p, const char *identity, size_t count,
                          mpcf_error *err);

#endif
