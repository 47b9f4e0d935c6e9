/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the user tells what comes next, in which order, and what the dealer's going ends. */
#include "inference/user_announce.h"

#include "inference/kept_masks.h"
#include "inference/rejoin.h"

mpcf_status user_tell_provider(struct user_run *u, const struct announcement *a, mpcf_error *err)
{
    struct announcement answer;
    const struct question_limit *limit = &answer.limit;

    MPCF_TRY(announcement_tell(u->state->links.peers[ROLE_PROVIDER], a, &answer, err));
    if (announcement_is_beyond(a, limit)) {
        u->is_refused = true;
        return mpcf_fail(err, MPCF_E_INVALID,
                         "the provider answers %u questions, %u are left, and this run would ask "
                         "%u: %sa batch counts whole",
                         limit->limit, limit->left, announcement_questions(a),
                         u->state->asking != NULL ? ""
                                                  : "stages.infer.examples says how many, and ");
    }
    return a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_RESUME
               ? kept_masks_settle(u->state, answer.session, a->kind == ANNOUNCE_RESUME, err)
               : MPCF_OK;
}

/* What is dealt already goes on without it. */
static bool needs_dealer(const struct user_run *u, const struct announcement *a)
{
    return a->kind == ANNOUNCE_SESSION || a->kind == ANNOUNCE_DEAL ||
           (a->kind == ANNOUNCE_INFERENCE && !user_is_stored(u));
}

mpcf_status user_tell_dealer(struct user_run *u, const struct announcement *a, mpcf_error *err)
{
    const struct announcement told = announcement_for_dealer(a);
    mpcf_status status = MPCF_OK;

    if (!needs_dealer(u, a) && rejoin_look(u->state)) {
        return MPCF_OK;
    }
    status = announcement_tell(u->state->links.peers[ROLE_DEALER], &told, NULL, err);
    return !needs_dealer(u, a) && rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

mpcf_status user_tell_or_lose_dealer(struct user_run *u, const struct announcement *a,
                                     mpcf_error *err)
{
    const mpcf_status status = user_tell_dealer(u, a, err);

    return rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

mpcf_status user_announce(struct user_run *u, const struct announcement *a, mpcf_error *err)
{
    MPCF_TRY(user_tell_provider(u, a, err));
    return user_tell_dealer(u, a, err);
}
