/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An inference, or a deal ahead, as every role does it: metered, and added to its totals.
 */
#ifndef MPCF_INFERENCE_METERED_RUN_H
#define MPCF_INFERENCE_METERED_RUN_H

#include "inference/role_state.h"
#include "secure/session_run.h"

/* One inference, metered: RUN has what the role gives; program and weights are filled here. */
mpcf_status metered_infer(struct role_state *state, const struct secure_program *program,
                          struct session_run *run, size_t examples, mpcf_error *err);

/* Deals COUNT inferences ahead, onto the disks (preprocess: store). HAS_KEPT: as of a run. */
mpcf_status metered_deal(struct role_state *state, const struct secure_program *program,
                         size_t count, bool has_kept, mpcf_error *err);

#endif
