/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What provider and dealer do in secure inference: they answer the user.
 */
#ifndef MPCF_INFERENCE_SERVE_H
#define MPCF_INFERENCE_SERVE_H

#include "inference/role_state.h"

/* Takes part in what the user announces, until it announces the end. */
mpcf_status serve_user(struct role_state *state, mpcf_error *err);

#endif
