/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user asks about.
 */
#ifndef MPCF_INFERENCE_USER_TEXTS_H
#define MPCF_INFERENCE_USER_TEXTS_H

#include "inference/role_state.h"

/* The rows of the evaluation split that the file asks for, or the first texts of STATE->asking, into the
 * state: no corpus where that has none. */
mpcf_status user_load(struct role_state *state, mpcf_error *err);
/* The texts that follow those of STATE->asking that are in the state, in their place: no corpus behind the last. */
mpcf_status user_next_texts(struct role_state *state, mpcf_error *err);

#endif
