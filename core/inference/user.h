/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user does: the texts in its state in, logits and predictions out.
 */
#ifndef MPCF_INFERENCE_USER_H
#define MPCF_INFERENCE_USER_H

#include <jansson.h>

#include "inference/role_state.h"

/* The user: all examples of its corpus that are not in STATE->kept. *RESULT: {"rows", "logits",
 * "predictions", "metrics"} of all, and "kept": how many were there, where some were. */
mpcf_status user_infer(struct role_state *state, json_t **result, mpcf_error *err);

/* The user with STATE->asking: the texts that user_load() found, and all that follow them. */
mpcf_status user_ask(struct role_state *state, mpcf_error *err);
/* Two steps of that: the texts that are in the state now, in the session of those before, and the leave
 * behind the last, with the STATUS that it returns. *IS_REFUSED: by the provider, which goes on. */
mpcf_status user_ask_now(struct role_state *state, bool *is_refused, mpcf_error *err);
mpcf_status user_leave(struct role_state *state, bool is_refused, mpcf_status status,
                       mpcf_error *err);

#endif
