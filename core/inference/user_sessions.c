/* SPDX-License-Identifier: Apache-2.0 */
/* Which sessions the user asks in: one that an earlier run left, then new ones, until all is answered. */
#include "inference/user_sessions.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "inference/deal_room.h"
#include "inference/kept_masks.h"
#include "inference/metered_run.h"
#include "inference/rejoin.h"
#include "inference/role_session.h"
#include "inference/user_announce.h"
#include "inference/user_inference.h"
#include "secure/session_weights.h"

static mpcf_status stop_if_asked(mpcf_error *err)
{
    return interrupt_pending() ? mpcf_fail(err, MPCF_E_INTERRUPTED, "secure inference was stopped")
                               : MPCF_OK;
}

/* --- What an earlier run left --- */

/* *FOUND: the first batch still to do whose program has DIGEST, or NULL. */
static mpcf_status find_batch(struct user_run *u, const char *digest, struct secure_batch **found,
                              mpcf_error *err)
{
    size_t tried = 0; /* tokens of the shape that was compared last */

    *found = NULL;
    for (size_t i = 0; i < u->batches.count && *found == NULL; i++) {
        struct secure_batch *batch = &u->batches.items[i];
        struct secure_program program;

        if (batch->is_done || batch->shape.tokens == tried) {
            continue;
        }
        tried = batch->shape.tokens;
        MPCF_TRY(secure_student_program(&u->state->student, &batch->shape, &program, err));
        if (strcmp(program.program->digest, digest) == 0) {
            *found = batch;
        }
    }
    return MPCF_OK;
}

/* *FOUND: what the first stored inference from *NUMBER on that fits anything fits, or NULL;
 * *NUMBER is that inference's. */
static mpcf_status find_stored(struct user_run *u, uint32_t *number, struct secure_batch **found,
                               mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE];

    *found = NULL;
    while (*found == NULL &&
           session_stored_program(u->state->session, *number, digest, NULL) == MPCF_OK) {
        MPCF_TRY(find_batch(u, digest, found, err));
        *number += *found == NULL;
    }
    return MPCF_OK;
}

mpcf_status user_use_stored(struct user_run *u, mpcf_error *err)
{
    struct announcement resume = {.kind = ANNOUNCE_RESUME,
                                  .questions = secure_batches_left(&u->batches)};
    struct secure_batch *batch = NULL;
    uint32_t number = 0;

    if (!u->state->links.has_stored) {
        return MPCF_OK;
    }
    MPCF_TRY(role_session_resume(u->state, err));
    user_run_begin(u);
    number = session_next(u->state->session);
    MPCF_TRY(find_stored(u, &number, &batch, err));
    if (batch != NULL) {
        MPCF_TRY(kept_masks_offer(u->state, resume.session, err));
        MPCF_TRY(user_announce(u, &resume, err));
    }
    while (batch != NULL) {
        MPCF_TRY(stop_if_asked(err));
        MPCF_TRY(session_skip_to(u->state->session, number, err));
        MPCF_TRY(user_infer_batch(u, batch, err));
        user_run_show(u);
        number = session_next(u->state->session);
        MPCF_TRY(find_stored(u, &number, &batch, err));
    }
    return MPCF_OK;
}

/* --- A new session --- */

/* One inference an announcement, so that the provider hears of it all the while. */
static mpcf_status deal_one(struct user_run *u, const struct secure_batch *batch, mpcf_error *err)
{
    struct announcement a = {.kind = ANNOUNCE_DEAL, .shape = batch->shape, .count = 1};
    struct secure_program program;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(stop_if_asked(err));
    MPCF_TRY(secure_student_program(&u->state->student, &a.shape, &program, err));
    memcpy(a.digest, program.program->digest, sizeof a.digest);
    MPCF_TRY(session_take_weights(u->state->session, program.program, &a.has_kept, err));
    MPCF_TRY(user_tell_provider(u, &a, err));
    MPCF_TRY(user_tell_or_lose_dealer(u, &a, err));
    status = metered_deal(u->state, &program, a.count, a.has_kept, err);
    return rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

/* The corrections of all that is left to do onto the disk, and those of later runs: COUNT, or
 * fewer where the dealer goes. */
static mpcf_status deal_ahead(struct user_run *u, size_t count, mpcf_error *err)
{
    MPCF_TRY(deal_room_check(u->state, &u->batches, count, err));
    for (size_t n = 0; count > 0 && !rejoin_look(u->state); n++) {
        for (size_t i = 0; i < u->batches.count && count > 0 && !rejoin_look(u->state); i++) {
            if (n > 0 || !u->batches.items[i].is_done) {
                MPCF_TRY(deal_one(u, &u->batches.items[i], err));
                count--;
            }
        }
    }
    return MPCF_OK;
}

/* Inferences of a new session: all that are left, with a store also those of later runs, as far as
 * one session's keys may serve them. Nobody knows how many where more texts may come. */
static size_t plan(const struct user_run *u)
{
    const struct infer_settings *infer = &u->state->student.pipeline->infer;
    const size_t limit = (size_t) infer->session_inferences;
    size_t count = user_is_stored(u) ? (size_t) (infer->store_runs - 1) * u->batches.count : 0;

    if (u->state->asking != NULL && !u->state->is_last) {
        return limit;
    }
    for (size_t i = 0; i < u->batches.count; i++) {
        count += !u->batches.items[i].is_done;
    }
    return count < limit ? count : limit;
}

/* A dealer that goes now is gone afterwards; the provider knows it, too. */
static mpcf_status begin_session(struct user_run *u, const struct announcement *begin,
                                 mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    MPCF_TRY(user_tell_provider(u, begin, err));
    status = user_tell_dealer(u, begin, err);
    if (status == MPCF_OK) {
        status = role_session_begin(u->state, err);
    }
    return rejoin_note_loss(u->state, status, err) ? MPCF_OK : status;
}

/* Whether this session cannot go on since the dealer went. */
static bool is_left(struct user_run *u)
{
    return !user_is_stored(u) && rejoin_look(u->state);
}

static mpcf_status infer_in(struct user_run *u, mpcf_error *err)
{
    user_run_begin(u);
    for (size_t i = 0; i < u->batches.count && session_next(u->state->session) < u->state->planned;
         i++) {
        if (!u->batches.items[i].is_done) {
            if (is_left(u)) {
                break;
            }
            MPCF_TRY(stop_if_asked(err));
            MPCF_TRY(user_infer_batch(u, &u->batches.items[i], err));
            user_run_show(u);
        }
    }
    return MPCF_OK;
}

/* Whether the session of the texts before has inferences left for these. */
static bool goes_on(const struct user_run *u)
{
    return u->state->planned > 0 && !user_is_stored(u) &&
           session_next(u->state->session) < u->state->planned;
}

/* Until its inferences are used up, or the dealer has gone. */
static mpcf_status run_session(struct user_run *u, mpcf_error *err)
{
    struct announcement begin = {
        .kind = ANNOUNCE_SESSION, .count = plan(u), .questions = secure_batches_left(&u->batches)};

    if (goes_on(u)) {
        return infer_in(u, err);
    }
    MPCF_TRY(kept_masks_offer(u->state, begin.session, err));
    MPCF_TRY(begin_session(u, &begin, err));
    u->state->planned = begin.count;
    if (u->state->is_dealer_gone) {
        return MPCF_OK;
    }
    if (user_is_stored(u)) {
        MPCF_TRY(deal_ahead(u, begin.count, err));
    }
    return u->state->is_dealer_gone ? MPCF_OK : infer_in(u, err);
}

mpcf_status user_use_new(struct user_run *u, mpcf_error *err)
{
    while (u->done < u->state->corpus->count) {
        if (rejoin_look(u->state)) {
            MPCF_TRY(rejoin_as_user(u->state, err));
            u->state->planned = 0;
        } else if (u->state->sessions_begun > 0 && !goes_on(u)) {
            log_line(LOG_INFO,
                     "user: the session has had its %" PRIu32 " inferences; begins another",
                     session_next(u->state->session));
        }
        MPCF_TRY(run_session(u, err));
    }
    return MPCF_OK;
}
