/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many questions each user has asked, kept by the provider over sessions and processes in
 * OUTPUT/questions.json (mode 0600), and how many it still answers (stages.infer.max_questions).
 *
 * A question is an example of an inference; a batch counts whole, with rows that only fill it. It
 * is used up when its inference begins: when the file that counts it is on the disk, before a byte
 * of the inference is sent. What then fails is not counted back, since who asked may have learned
 * from it. A user is whom the link proves: by the key that provider and user have a file with, else by
 * what the transport says of its peer; all whom nothing proves are one, "anonymous".
 */
#ifndef MPCF_INFERENCE_QUESTIONS_H
#define MPCF_INFERENCE_QUESTIONS_H

#include "channel/role_keys.h"
#include "inference/announcement.h"
#include "inference/peer_name.h"
#include "pipeline/pipeline.h"

/* The name under which a user is counted, as peer_name() has it. KEYS: of the provider's own file. */
#define QUESTIONS_USER_SIZE PEER_NAME_SIZE
mpcf_status questions_user(const struct role_keys *keys, const char *identity,
                           char user[QUESTIONS_USER_SIZE], mpcf_error *err);

/* *OUT is all zero where P has no limit. A file that cannot be read or is damaged is an error, not a
 * new beginning. */
mpcf_status questions_left(const struct pipeline *p, const char *user, struct question_limit *out,
                           mpcf_error *err);
/* Uses up COUNT of them, and says in *OUT what was left before; nothing without a limit. Where COUNT
 * is more than that none is used up. Two processes of one output folder take turns, so what one was
 * told is left is its own. */
mpcf_status questions_use(const struct pipeline *p, const char *user, size_t count,
                          struct question_limit *out, mpcf_error *err);

#endif
