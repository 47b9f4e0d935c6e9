/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which session a role is in: a new one, or the one that an earlier run left in its store.
 *
 * The user decides and announces it. A stored session is taken up where both parties have it, both
 * by the same facts; the numbers below the larger of both sides' are never used again.
 */
#include "inference/role_session.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "channel/role.h"
#include "preprocess/store.h"
#include "secure/session.h"

/* --- What was dealt before --- */

/* Each role keeps its part of a stored session in a folder of its own. */
static mpcf_status find_folder(struct role_state *state, mpcf_error *err)
{
    state->store = file_join(state->student.pipeline->infer.store, role_name(state->role));
    return state->store != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
}

/* A session's masks of weights may meet one set of weights only. */
static void add_weights(const struct parameters *parameters, struct digest *digest)
{
    for (size_t i = 0; parameters != NULL && i < parameters->count; i++) {
        const struct parameter *p = &parameters->items[i];

        digest_add(digest, p->name, strlen(p->name) + 1);
        digest_add(digest, p->value, p->count * sizeof p->value[0]);
    }
}

static mpcf_status digest_facts(struct role_state *state, const struct handshake *handshake,
                                mpcf_error *err)
{
    struct digest *digest = digest_begin();

    if (digest == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    for (size_t i = 0; i < handshake->fact_count; i++) {
        digest_add(digest, handshake->facts[i].name, strlen(handshake->facts[i].name) + 1);
        digest_add(digest, handshake->facts[i].value, strlen(handshake->facts[i].value) + 1);
    }
    add_weights(state->student.network.parameters, digest);
    digest_end(digest, state->store_facts);
    return MPCF_OK;
}

static void note(const struct role_state *state, const uint8_t *id, const char *what)
{
    log_line(LOG_INFO, "%s: stored session %02x%02x%02x%02x %s", role_name(state->role), id[0],
             id[1], id[2], id[3], what);
}

mpcf_status role_session_offer(struct role_state *state, struct handshake *handshake,
                               mpcf_error *err)
{
    struct store_label label;

    if (state->student.pipeline->infer.preprocess != PREPROCESS_STORE) {
        return MPCF_OK;
    }
    MPCF_TRY(find_folder(state, err));
    MPCF_TRY(digest_facts(state, handshake, err));
    if (state->role == ROLE_DEALER || store_look(state->store, &label, NULL) != MPCF_OK) {
        return MPCF_OK; /* a damaged one is as none: a new one takes its place */
    }
    if (strcmp(label.facts, state->store_facts) != 0) {
        note(state, label.session, "was dealt for another network, or other options or weights");
        return MPCF_OK;
    }
    handshake->has_stored = true;
    memcpy(handshake->stored, label.session, sizeof handshake->stored);
    handshake->next_inference = label.next;
    state->is_offered = true;
    memcpy(state->stored, label.session, sizeof state->stored);
    return MPCF_OK;
}

/* --- Sessions --- */

static mpcf_status open_session(struct role_state *state, const uint8_t *id, bool resume,
                                mpcf_error *err)
{
    struct session_options o = {.role = state->role,
                                .timeout_ns = state->student.pipeline->infer.timeout_ns,
                                .store_path = state->store,
                                .facts = state->store_facts,
                                .resume = resume};

    session_destroy(state->session);
    state->session = NULL;
    state->is_resumed = resume;
    state->totals.has_setup = false;
    memcpy(o.session, id, sizeof o.session);
    return session_create(&o, state->links.peers, &state->session, err);
}

mpcf_status role_session_begin(struct role_state *state, mpcf_error *err)
{
    if (state->is_offered && !state->links.has_stored) {
        note(state, state->stored, "is given up: the other side has none, or another");
    }
    return open_session(state, state->links.session, false, err);
}

mpcf_status role_session_resume(struct role_state *state, mpcf_error *err)
{
    const uint64_t next = state->links.next_inference;
    char what[64];

    if (state->role == ROLE_DEALER) {
        return MPCF_OK;
    }
    if (!state->links.has_stored || next > UINT32_MAX || state->session != NULL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user goes on with a stored session that was not agreed on");
    }
    MPCF_TRY(open_session(state, state->stored, true, err));
    MPCF_TRY(session_skip_to(state->session, (uint32_t) next, err));
    (void) snprintf(what, sizeof what, "is taken up at inference %" PRIu64, next);
    note(state, state->stored, what);
    return MPCF_OK;
}
