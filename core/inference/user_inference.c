/* SPDX-License-Identifier: Apache-2.0 */
/* One inference of the user: a batch in, its answers out. */
#include "inference/user_inference.h"

#include <inttypes.h>
#include <string.h>

#include "inference/answer_lines.h"
#include "inference/kept_answers.h"
#include "inference/marked_answer.h"
#include "inference/metered_run.h"
#include "inference/rejoin.h"
#include "inference/user_announce.h"
#include "secure/session_run.h"
#include "secure/session_weights.h"

/* What all its REVEALs write goes into one buffer. */
static mpcf_status check_output(const struct program *program, size_t wanted, mpcf_error *err)
{
    return program->revealed == wanted
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INTERNAL, "the program reveals %zu values, not %zu",
                           program->revealed, wanted);
}

/* They go where they are wanted before the next is asked. */
static mpcf_status take_answers(const struct user_run *u, const struct secure_batch *batch,
                                mpcf_error *err)
{
    const struct asking *asking = u->state->asking;

    if (asking != NULL) {
        return asking->take(asking->context, batch->rows, batch->count, u->answers, err);
    }
    MPCF_TRY(kept_answers_add(u->state->kept, batch->rows, batch->count, u->answers, err));
    return answer_lines_add(u->state->lines, batch->rows, batch->count, u->answers, err);
}

mpcf_status user_infer_batch(struct user_run *u, struct secure_batch *batch, mpcf_error *err)
{
    const size_t width = u->state->student.answer;
    struct secure_program program;
    struct announcement a = {.kind = ANNOUNCE_INFERENCE, .shape = batch->shape};
    struct session_run run = {.input = &u->input.given, .output = u->output};
    mpcf_status status = MPCF_OK;

    MPCF_TRY(secure_student_program(&u->state->student, &batch->shape, &program, err));
    MPCF_TRY(check_output(program.program, batch->shape.batch * u->state->student.revealed, err));
    memcpy(a.digest, program.program->digest, sizeof a.digest);
    padded_input_fill(&u->input, batch, u->state->corpus);
    status = padded_input_place(&u->input, program.program, err);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "text %" PRIu32, batch->rows[0]);
    }
    MPCF_TRY(session_take_weights(u->state->session, program.program, &a.has_kept, err));
    run.has_kept = a.has_kept;
    a.number = session_next(u->state->session);
    MPCF_TRY(user_tell_provider(u, &a, err));
    MPCF_TRY(user_tell_or_lose_dealer(u, &a, err));
    status = metered_infer(u->state, &program, &run, batch->count, err);
    if (program.program->offline_bytes > 0 && rejoin_note_loss(u->state, status, err)) {
        return channel_say_drop(u->state->links.peers[ROLE_PROVIDER], err);
    }
    MPCF_TRY(status);
    for (size_t i = 0; i < batch->count; i++) {
        marked_answer_take(program.program, u->output, i, width,
                           u->answers + batch->rows[i] * width);
    }
    batch->is_done = true;
    u->done += batch->count;
    return take_answers(u, batch, err);
}
