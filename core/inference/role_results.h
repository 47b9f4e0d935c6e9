/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role leaves in OUTPUT/infer: that it can be written is found before anything is asked,
 * dealt or used up.
 */
#ifndef MPCF_INFERENCE_ROLE_RESULTS_H
#define MPCF_INFERENCE_ROLE_RESULTS_H

#include <jansson.h>

#include "inference/role_state.h"

/* Makes OUTPUT/infer, tries to write what STATE's role will, and opens the user's answers, with
 * those of an earlier run that did not end. */
mpcf_status role_results_begin(struct role_state *state, mpcf_error *err);
/* Whether all that this role is there for is done already: the user's answers are all there. */
bool role_results_are_there(const struct role_state *state);
/* OUTPUT/infer/ROLE.json: RECORD and the totals. */
mpcf_status role_results_write(const struct role_state *state, json_t *record, mpcf_error *err);
/* The end, with the run's STATUS, which it returns: answers that are not in user.json stay, and ERR
 * says where. */
mpcf_status role_results_end(struct role_state *state, mpcf_status status, mpcf_error *err);

#endif
