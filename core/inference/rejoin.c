/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a dealer's end is noticed, and how both parties get to the next one.
 *
 * No mask is used twice: what the dealer that went has dealt is given up, and what comes then is a
 * new session, of an id that the user draws and seeds that the new dealer draws.
 */
#include "inference/rejoin.h"

#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "channel/role.h"

/* --- Whether it has gone --- */

static void note_gone(struct role_state *state, const char *why)
{
    state->is_dealer_gone = true;
    log_line(LOG_WARN, "%s: the dealer at %s went away: %s", role_name(state->role),
             state->student.pipeline->endpoints[ROLE_DEALER].address, why);
}

/* It says nothing of itself, so all that can come is its end. */
static mpcf_status look(struct role_state *state, mpcf_error *err)
{
    uint8_t early = 0;
    bool came = false;

    return channel_poll(state->links.peers[ROLE_DEALER], &early, sizeof early, &came, err);
}

bool rejoin_look(struct role_state *state)
{
    mpcf_error *why = NULL;

    if (state->control != NULL || state->is_dealer_gone) {
        return state->is_dealer_gone;
    }
    why = mpcf_error_create();
    if (look(state, why) == MPCF_E_CLOSED) {
        note_gone(state, mpcf_error_text(why));
    }
    mpcf_error_destroy(why);
    return state->is_dealer_gone;
}

/* A link that failed keeps its status, so another's failure is not taken for the dealer's. */
bool rejoin_note_loss(struct role_state *state, mpcf_status status, mpcf_error *err)
{
    const enum role other = state->role == ROLE_USER ? ROLE_PROVIDER : ROLE_USER;

    if (state->control != NULL || state->role == ROLE_DEALER ||
        (status != MPCF_E_CLOSED && status != MPCF_E_TIMEOUT) ||
        channel_failure(state->links.peers[ROLE_DEALER]) != status ||
        channel_failure(state->links.peers[other]) != MPCF_OK) {
        return false;
    }
    if (!state->is_dealer_gone) {
        note_gone(state, mpcf_error_text(err));
    }
    mpcf_error_reset(err);
    return true;
}

/* --- The next --- */

static mpcf_status beat_again(struct role_state *state, mpcf_error *err)
{
    heartbeat_stop(state->heartbeat);
    state->heartbeat = NULL;
    return heartbeat_start(state->links.peers, 3, state->student.pipeline->infer.timeout_ns,
                           &state->heartbeat, err);
}

/* The other party hears meanwhile that this one lives. */
static mpcf_status call_dealer(struct role_state *state, const uint8_t *session, mpcf_error *err)
{
    struct channel *const peers[3] = {[ROLE_USER] = state->links.peers[ROLE_USER],
                                      [ROLE_PROVIDER] = state->links.peers[ROLE_PROVIDER]};
    const struct infer_settings *infer = &state->student.pipeline->infer;
    mpcf_status status = MPCF_OK;

    log_line(LOG_INFO, "%s: waits for the dealer to come back, up to %g s", role_name(state->role),
             (double) infer->connect_ns * 1e-9);
    heartbeat_stop(state->heartbeat);
    state->heartbeat = NULL;
    MPCF_TRY(heartbeat_start(peers, 3, infer->timeout_ns, &state->heartbeat, err));
    status = roles_rejoin_dealer(state->roles, &state->handshake, session, &state->links, err);
    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status,
                               "waiting for the dealer at %s, which went away, to come back "
                               "(stages.infer.connect_timeout)",
                               state->student.pipeline->endpoints[ROLE_DEALER].address);
    }
    state->is_dealer_gone = false;
    state->sessions_begun = 0;
    return beat_again(state, err);
}

mpcf_status rejoin_as_user(struct role_state *state, mpcf_error *err)
{
    struct announcement a = {.kind = ANNOUNCE_REJOIN};
    struct channel *provider = state->links.peers[ROLE_PROVIDER];

    if (getrandom(a.session, sizeof a.session, 0) != sizeof a.session) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    MPCF_TRY(announcement_send(provider, &a, err));
    MPCF_TRY(call_dealer(state, a.session, err));
    return announcement_hear_answer(provider, &a, NULL, err);
}

mpcf_status rejoin_as_provider(struct role_state *state, const struct announcement *heard,
                               mpcf_error *err)
{
    if (state->control != NULL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user would have another dealer called in a run on one machine");
    }
    if (memcmp(heard->session, state->links.session, sizeof heard->session) == 0) {
        return mpcf_fail(err, MPCF_E_PROTOCOL, "the user names the session before once more");
    }
    if (!state->is_dealer_gone) {
        note_gone(state, "the user says so");
    }
    return call_dealer(state, heard->session, err);
}
