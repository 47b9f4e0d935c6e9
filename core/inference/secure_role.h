/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one process of secure inference does: provider, user or dealer.
 *
 * The provider opens OUTPUT/student and never the data; the user the data and
 * OUTPUT/student/public, never the weights; the dealer student/public alone. The user announces
 * each inference to the others (announcement.h). Each leaves OUTPUT/infer/ROLE.json.
 */
#ifndef MPCF_INFERENCE_SECURE_ROLE_H
#define MPCF_INFERENCE_SECURE_ROLE_H

#include "channel/role.h"
#include "inference/asking.h"
#include "pipeline/pipeline.h"

struct role_state; /* role_state.h */

/* Finds the other two (by the file's parties, or through the parent that started it), agrees
 * with them, and takes part until the user is done. Their failure is its failure. */
mpcf_status secure_role_run(const struct pipeline *p, enum role role, mpcf_error *err);
/* The same for texts of the user's own, ASKING (NULL for the others); no role leaves a record. */
mpcf_status secure_role_answer(const struct pipeline *p, enum role role,
                               const struct asking *asking, mpcf_error *err);

/* The steps of that, for a user who asks now and then (client/client.c). STATE: its role and asking. */
mpcf_status secure_role_prepare(struct role_state *state, const struct pipeline *p,
                                mpcf_error *err);
mpcf_status secure_role_join(struct role_state *state, mpcf_error *err);
/* The end of what ended with STATUS, which it returns: where that is a failure the others hear of it. */
mpcf_status secure_role_part(struct role_state *state, mpcf_status status, mpcf_error *err);
void secure_role_clear(struct role_state *state);

#endif
