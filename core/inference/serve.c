/* SPDX-License-Identifier: Apache-2.0 */
/* What provider and dealer do: take part in what the user announces. */
#include "inference/serve.h"

#include <string.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "channel/role.h"
#include "inference/announcement.h"
#include "inference/kept_masks.h"
#include "inference/metered_run.h"
#include "inference/questions.h"
#include "inference/rejoin.h"
#include "inference/role_session.h"
#include "secure/session.h"
#include "secure/session_run.h"

/* Keys that the parent of a one-machine run drew are of this run alone and name nobody. */
static mpcf_status find_asker(struct role_state *state, mpcf_error *err)
{
    return questions_user(state->own_keys, channel_identity(state->links.peers[ROLE_USER]),
                          state->asker, err);
}

/* Only the provider has a limit. An inference is counted here, where it is judged: what is left after
 * that may be another process' of this provider. */
static mpcf_status find_limit(const struct role_state *state, const struct announcement *heard,
                              struct question_limit *out, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;

    *out = (struct question_limit){0};
    if (state->role != ROLE_PROVIDER) {
        return MPCF_OK;
    }
    return heard->kind == ANNOUNCE_INFERENCE
               ? questions_use(p, state->asker, announcement_questions(heard), out, err)
               : questions_left(p, state->asker, out, err);
}

/* Whether HEARD is not begun; the user sees the same and does not wait for it. */
static bool is_refused(const struct role_state *state, const struct announcement *heard,
                       const struct question_limit *limit)
{
    if (!announcement_is_beyond(heard, limit)) {
        return false;
    }
    log_line(LOG_WARN, "%s: a user asks %u questions, and %u of %u are left: refused",
             role_name(state->role), announcement_questions(heard), limit->left, limit->limit);
    return true;
}

/* A dealer that goes now ends the session, not the run: the user sees the same, and has it called
 * again. */
static mpcf_status begin_session(struct role_state *state, mpcf_error *err)
{
    const mpcf_status status = role_session_begin(state, err);

    if (status == MPCF_OK || !rejoin_note_loss(state, status, err)) {
        return status;
    }
    agreement_lose_session(&state->agreed);
    return MPCF_OK;
}

/* A user that the dealer left amid an inference gives that up; STATUS is how it ended here. */
static mpcf_status take_drop(struct role_state *state, mpcf_status status, mpcf_error *err)
{
    if (status != MPCF_E_CLOSED || state->role != ROLE_PROVIDER ||
        !channel_take_drop(state->links.peers[ROLE_USER])) {
        return status;
    }
    mpcf_error_reset(err);
    agreement_lose_session(&state->agreed);
    return MPCF_OK;
}

/* The number is the user's word; one that is used up is refused here. */
static mpcf_status serve_inference(struct role_state *state, const struct announcement *heard,
                                   const struct secure_program *program, mpcf_error *err)
{
    struct session_run run = {.has_kept = heard->has_kept};

    if (state->role == ROLE_DEALER && state->session == NULL) {
        return MPCF_OK; /* of a stored session: all is dealt */
    }
    MPCF_TRY(session_skip_to(state->session, heard->number, err));
    return take_drop(state, metered_infer(state, program, &run, heard->shape.batch, err), err);
}

static mpcf_status serve_shape(struct role_state *state, const struct announcement *heard,
                               const struct question_limit *limit, mpcf_error *err)
{
    struct secure_program program;

    MPCF_TRY(secure_student_program(&state->student, &heard->shape, &program, err));
    MPCF_TRY(announcement_answer(state->links.peers[ROLE_USER], heard, program.program->digest,
                                 limit, err));
    if (is_refused(state, heard, limit)) {
        return MPCF_OK;
    }
    if (heard->kind == ANNOUNCE_INFERENCE) {
        return serve_inference(state, heard, &program, err);
    }
    return metered_deal(state, &program, heard->count, heard->has_kept, err);
}

/* Whether HEARD is within what was agreed, and what the user's limit is. What is beyond that is not
 * begun: a session that was refused is none, whatever the user announces next. */
static mpcf_status judge(struct role_state *state, const struct announcement *heard,
                         struct question_limit *limit, mpcf_error *err)
{
    struct agreement agreed = state->agreed;

    if (heard->has_kept && state->kept_masks == NULL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user has masked weights of earlier sessions, and the masks of this "
                         "one are its own");
    }
    MPCF_TRY(agreement_take(&agreed, state->student.pipeline, state->role, heard, err));
    MPCF_TRY(find_limit(state, heard, limit, err));
    if (!announcement_is_beyond(heard, limit)) {
        state->agreed = agreed;
    }
    return MPCF_OK;
}

/* For the answer: a session that is refused is not taken up, and begins no masks. Those of a stored one are
 * known once it is taken up. */
static mpcf_status prepare_session(struct role_state *state, struct announcement *heard,
                                   const struct question_limit *limit, mpcf_error *err)
{
    const bool is_resumed = heard->kind == ANNOUNCE_RESUME;
    uint8_t offered[HANDSHAKE_SESSION];

    memcpy(offered, heard->session, sizeof offered);
    memset(heard->session, 0, sizeof heard->session);
    if (is_refused(state, heard, limit)) {
        return MPCF_OK;
    }
    if (is_resumed) {
        MPCF_TRY(role_session_resume(state, err));
    }
    return kept_masks_answer(state, offered, heard->session, is_resumed, err);
}

static bool is_of_session(const struct announcement *heard)
{
    return heard->kind == ANNOUNCE_SESSION || heard->kind == ANNOUNCE_RESUME;
}

mpcf_status serve_user(struct role_state *state, mpcf_error *err)
{
    struct channel *user = state->links.peers[ROLE_USER];
    struct announcement heard;
    struct question_limit limit;

    MPCF_TRY(find_asker(state, err));
    for (;;) {
        if (interrupt_pending()) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "the %s was stopped", role_name(state->role));
        }
        MPCF_TRY(announcement_wait(user, &heard, err));
        MPCF_TRY(judge(state, &heard, &limit, err));
        if (heard.kind == ANNOUNCE_INFERENCE || heard.kind == ANNOUNCE_DEAL) {
            MPCF_TRY(serve_shape(state, &heard, &limit, err));
            continue;
        }
        if (heard.kind == ANNOUNCE_REJOIN) {
            MPCF_TRY(rejoin_as_provider(state, &heard, err));
        }
        if (is_of_session(&heard)) {
            MPCF_TRY(prepare_session(state, &heard, &limit, err));
        }
        MPCF_TRY(announcement_answer(user, &heard, "", &limit, err));
        if (heard.kind == ANNOUNCE_END) {
            return MPCF_OK;
        }
        if (heard.kind == ANNOUNCE_SESSION && !announcement_is_beyond(&heard, &limit)) {
            MPCF_TRY(begin_session(state, err));
        }
    }
}
