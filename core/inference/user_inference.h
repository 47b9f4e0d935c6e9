/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One batch of the user's, asked and answered.
 */
#ifndef MPCF_INFERENCE_USER_INFERENCE_H
#define MPCF_INFERENCE_USER_INFERENCE_H

#include "inference/user_run.h"

/* The session's next inference. Where the dealer goes before all of the corrections are here, the provider has
 * nothing of this side's yet, and waits for it: it hears that nothing comes. BATCH is still to be done then. */
mpcf_status user_infer_batch(struct user_run *u, struct secure_batch *batch, mpcf_error *err);

#endif
