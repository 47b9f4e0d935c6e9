/* SPDX-License-Identifier: Apache-2.0 */
/* An inference, or a deal ahead, metered and compared with what the cost engine says. */
#include "inference/metered_run.h"

#include "secure/session_deal.h"
#include "secure/session_infer.h"

#include "secure/cost.h"
#include "secure/session.h"

mpcf_status metered_infer(struct role_state *state, const struct secure_program *program,
                          struct session_run *run, size_t examples, mpcf_error *err)
{
    struct cost *expected = NULL;
    mpcf_status status = cost_run(program->program, &expected, err);

    if (status == MPCF_OK) {
        status = cost_run(program->program, &run->metered, err);
    }
    if (status == MPCF_OK) {
        run->program = program->program;
        run->weights = program->weights;
        status = session_infer(state->session, run, err);
    }
    if (status == MPCF_OK) {
        secure_totals_add(&state->totals, state->role, run, expected, examples);
        state->totals.taken_up += state->is_resumed;
    }
    cost_destroy(run->metered);
    cost_destroy(expected);
    run->metered = NULL;
    return status;
}

mpcf_status metered_deal(struct role_state *state, const struct secure_program *program,
                         size_t count, bool has_kept, mpcf_error *err)
{
    struct session_run run = {
        .program = program->program, .weights = program->weights, .has_kept = has_kept};
    struct cost *expected = NULL;
    mpcf_status status = cost_run(program->program, &expected, err);

    if (status == MPCF_OK) {
        status = cost_run(program->program, &run.metered, err);
    }
    if (status == MPCF_OK) {
        status = session_deal(state->session, &run, count, err);
    }
    if (status == MPCF_OK) {
        secure_totals_add_deal(&state->totals, state->role, &run, expected, count);
    }
    cost_destroy(run.metered);
    cost_destroy(expected);
    return status;
}
