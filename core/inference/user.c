/* SPDX-License-Identifier: Apache-2.0 */
/* The user's side: its texts in, logits and predictions out; with `reveal: label` predictions alone. */
#include "inference/user.h"

#include "base/memory.h"
#include "inference/answer_lines.h"
#include "inference/user_announce.h"
#include "inference/user_result.h"
#include "inference/user_run.h"
#include "inference/user_sessions.h"
#include "inference/user_texts.h"

/* Who was refused takes leave, too, so that the others do not take it for dead. */
static mpcf_status take_leave(struct user_run *u, mpcf_status status, mpcf_error *err)
{
    const struct announcement end = {.kind = ANNOUNCE_END};

    if (status != MPCF_OK && u->is_refused) {
        (void) user_announce(u, &end, NULL);
    }
    return status == MPCF_OK ? user_announce(u, &end, err) : status;
}

static mpcf_status infer_corpus(struct user_run *u, mpcf_error *err)
{
    MPCF_TRY(user_use_stored(u, err));
    return user_use_new(u, err);
}

static mpcf_status infer_all(struct user_run *u, mpcf_error *err)
{
    if (u->done == u->state->corpus->count) {
        return MPCF_OK; /* nobody was called */
    }
    return take_leave(u, infer_corpus(u, err), err);
}

mpcf_status user_infer(struct role_state *state, json_t **result, mpcf_error *err)
{
    struct user_run u = {.state = state};
    mpcf_status status = user_run_create(&u, err);

    if (status == MPCF_OK) {
        status = infer_all(&u, err);
    }
    if (status == MPCF_OK) {
        status = answer_lines_finish(state->lines, u.answers, err);
    }
    if (status == MPCF_OK) {
        status = user_result_make(state, u.answers, result, err);
    }
    if (status == MPCF_OK && u.kept > 0 &&
        json_object_set_new(*result, "kept", json_integer((json_int_t) u.kept)) != 0) {
        status = mpcf_fail_memory(err, 0, "the result");
    }
    user_run_clear(&u);
    return status;
}

mpcf_status user_ask_now(struct role_state *state, bool *is_refused, mpcf_error *err)
{
    struct user_run u = {.state = state};
    mpcf_status status = user_run_create(&u, err);

    if (status == MPCF_OK) {
        status = infer_corpus(&u, err);
    }
    *is_refused = u.is_refused;
    user_run_clear(&u);
    return status;
}

mpcf_status user_leave(struct role_state *state, bool is_refused, mpcf_status status,
                       mpcf_error *err)
{
    struct user_run end = {.state = state, .is_refused = is_refused};

    return take_leave(&end, status, err);
}

mpcf_status user_ask(struct role_state *state, mpcf_error *err)
{
    bool is_refused = false;
    mpcf_status status = MPCF_OK;

    while (status == MPCF_OK && state->corpus != NULL) {
        status = user_ask_now(state, &is_refused, err);
        if (status == MPCF_OK) {
            status = user_next_texts(state, err);
        }
    }
    MPCF_TRY(user_leave(state, is_refused, status, err));
    return state->asking->judge == NULL ? MPCF_OK
                                        : state->asking->judge(state->asking->context, err);
}
