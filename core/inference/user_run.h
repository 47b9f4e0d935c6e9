/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's texts of one run: in which batches, which are answered, and what the answers are.
 */
#ifndef MPCF_INFERENCE_USER_RUN_H
#define MPCF_INFERENCE_USER_RUN_H

#include "inference/padded_input.h"
#include "inference/role_state.h"
#include "inference/secure_batches.h"

struct user_run {
    struct role_state *state;
    struct secure_batches batches;
    struct padded_input input;
    float *answers; /* [corpus->count, student.answer]: logits, or labels */
    double *output; /* of one run */
    size_t done;
    size_t kept;   /* done by an earlier run */
    size_t before; /* done when BEGAN_NS was taken, for the rate */
    int64_t began_ns;
    bool is_refused; /* by the provider, which goes on listening */
};

/* Of U->state, the rest 0: all of its corpus, less what it has kept. Whatever this returns, user_run_clear(). */
mpcf_status user_run_create(struct user_run *u, mpcf_error *err);
void user_run_clear(struct user_run *u);

/* Whether its corrections are dealt ahead, onto the disk. */
bool user_is_stored(const struct user_run *u);
/* From here on the rate is counted that is shown. */
void user_run_begin(struct user_run *u);
/* As progress, or to the parent of a run on one machine, which shows it. */
void user_run_show(const struct user_run *u);

#endif
