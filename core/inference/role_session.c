/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which session a role is in: a new one, or the one that an earlier run left in its store.
 *
 * The user decides and announces it. A stored session is taken up where both parties have it, both
 * by the same facts; the numbers below the larger of both sides' are never used again.
 */
#include "inference/role_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "channel/role.h"
#include "inference/kept_session.h"
#include "preprocess/store_sessions.h"
#include "secure/session.h"

/* Stored sessions that are kept where the file does not say how many: a provider has many users. */
enum { PROVIDER_SESSIONS = 16, USER_SESSIONS = 1 };

/* --- What was dealt before --- */

/* Each role keeps its part of stored sessions in a folder of its own. */
static mpcf_status find_folder(struct role_state *state, mpcf_error *err)
{
    state->store = file_join(state->student.pipeline->infer.store, role_name(state->role));
    if (state->store == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    return state->role == ROLE_DEALER ? MPCF_OK : store_sessions_open(state->store, err);
}

static void tidy(const struct role_state *state, size_t keep)
{
    store_sessions_tidy(state->store, keep, state->student.pipeline->infer.store_age_ns);
}

size_t role_session_kept(const struct role_state *state)
{
    const int64_t set = state->student.pipeline->infer.store_sessions;

    if (set > 0) {
        return (size_t) set;
    }
    return state->role == ROLE_PROVIDER ? PROVIDER_SESSIONS : USER_SESSIONS;
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

mpcf_status role_session_facts(const struct role_state *state, const struct handshake *handshake,
                               char facts[FILE_DIGEST_SIZE], mpcf_error *err)
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
    digest_end(digest, facts);
    return MPCF_OK;
}

static void note(const struct role_state *state, const uint8_t *id, const char *what)
{
    log_line(LOG_INFO, "%s: stored session %02x%02x%02x%02x %s", role_name(state->role), id[0],
             id[1], id[2], id[3], what);
}

static void say_other(const struct role_state *state, const uint8_t *id)
{
    note(state, id, "was dealt for another network, or other options or weights");
}

static void put_stored(struct handshake *handshake, const struct store_label *label)
{
    handshake->has_stored = true;
    memcpy(handshake->stored, label->session, sizeof handshake->stored);
    handshake->next_inference = label->next;
}

mpcf_status role_session_offer(struct role_state *state, struct handshake *handshake,
                               mpcf_error *err)
{
    struct store_label label;
    bool has_other = false;

    if (state->student.pipeline->infer.preprocess != PREPROCESS_STORE) {
        return MPCF_OK;
    }
    MPCF_TRY(find_folder(state, err));
    MPCF_TRY(role_session_facts(state, handshake, state->store_facts, err));
    if (state->role == ROLE_DEALER) {
        return MPCF_OK;
    }
    tidy(state, SIZE_MAX);
    if (state->role == ROLE_PROVIDER) {
        return MPCF_OK; /* it waits for what a user names */
    }
    if (store_sessions_find(state->store, state->store_facts, &label, &has_other)) {
        put_stored(handshake, &label);
        state->is_offered = true;
        memcpy(state->offered, label.session, sizeof state->offered);
    } else if (has_other) {
        say_other(state, label.session);
    }
    return MPCF_OK;
}

static bool has_known_masks(const struct role_state *state, const uint8_t *id)
{
    char *folder = store_sessions_folder(state->store, id);
    const bool are_known = kept_session_is_known(state, folder);

    mpcf_free(folder);
    return are_known;
}

void role_session_meet(void *context, const struct handshake *theirs, struct handshake *mine)
{
    const struct role_state *state = context;
    struct store_label label;

    mine->has_stored = false;
    mine->next_inference = 0;
    memset(mine->stored, 0, sizeof mine->stored);
    if (state->store == NULL || !theirs->has_stored ||
        !store_sessions_look(state->store, theirs->stored, &label)) {
        return;
    }
    if (strcmp(label.facts, state->store_facts) != 0) {
        say_other(state, label.session);
        return;
    }
    if (!has_known_masks(state, label.session)) {
        note(state, label.session, "was dealt under masks of weights that are kept no more");
        return;
    }
    put_stored(mine, &label);
}

/* --- Sessions --- */

/* The first of a run has the id that the user drew; another's is made of it, alike on all sides, so
 * that no id ever stands for two sets of seeds. */
static mpcf_status name_session(const struct role_state *state, uint8_t id[HANDSHAKE_SESSION],
                                mpcf_error *err)
{
    char text[FILE_DIGEST_SIZE];
    struct digest *digest = NULL;

    memcpy(id, state->links.session, HANDSHAKE_SESSION);
    if (state->sessions_begun == 0) {
        return MPCF_OK;
    }
    digest = digest_begin();
    if (digest == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    (void) snprintf(text, sizeof text, "session %" PRIu64, state->sessions_begun);
    digest_add(digest, id, HANDSHAKE_SESSION);
    digest_add(digest, text, strlen(text));
    digest_end(digest, text);
    for (size_t i = 0; i < HANDSHAKE_SESSION; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        id[i] = (uint8_t) strtoul(pair, NULL, 16);
    }
    return MPCF_OK;
}

static mpcf_status create_session(struct role_state *state, const uint8_t *id, const char *folder,
                                  bool resume, mpcf_error *err)
{
    const struct infer_settings *i = &state->student.pipeline->infer;
    struct session_options o = {.role = state->role,
                                .timeout_ns = i->timeout_ns,
                                .store_path = folder,
                                .facts = state->store_facts,
                                .has_provider_masks = i->weight_masks == MASKS_KEPT,
                                .kept = state->kept_masks,
                                .inferences = (uint32_t) i->session_inferences,
                                .resume = resume};

    memcpy(o.session, id, sizeof o.session);
    return session_create(&o, state->links.peers, &state->session, err);
}

static mpcf_status open_session(struct role_state *state, const uint8_t *id, bool resume,
                                mpcf_error *err)
{
    char *folder = state->store != NULL ? store_sessions_folder(state->store, id) : NULL;
    mpcf_status status = state->store == NULL || folder != NULL
                             ? MPCF_OK
                             : mpcf_fail_memory(err, strlen(state->store), "a path");

    session_destroy(state->session);
    state->session = NULL;
    state->is_resumed = resume;
    state->totals.has_setup = false;
    if (status == MPCF_OK) {
        status = create_session(state, id, folder, resume, err);
    }
    if (status == MPCF_OK && !resume) {
        status = kept_session_note(state, folder, err);
    }
    mpcf_free(folder);
    return status;
}

/* What the session that has begun takes the place of. */
static void give_up_others(struct role_state *state, bool had_session, const uint8_t *before)
{
    if (state->store == NULL || state->role == ROLE_DEALER) {
        return;
    }
    if (had_session) {
        store_sessions_remove(state->store, before);
    }
    if (state->links.has_stored) {
        store_sessions_remove(state->store, state->links.stored);
    }
    tidy(state, role_session_kept(state));
}

mpcf_status role_session_begin(struct role_state *state, mpcf_error *err)
{
    const bool had_session = state->session != NULL;
    uint8_t id[HANDSHAKE_SESSION], before[HANDSHAKE_SESSION] = {0};

    if (had_session) {
        memcpy(before, session_id(state->session), sizeof before);
    }
    if (state->is_offered && !state->links.has_stored) {
        note(state, state->offered, "is given up: the provider does not have it");
    }
    MPCF_TRY(name_session(state, id, err));
    MPCF_TRY(open_session(state, id, false, err));
    state->sessions_begun++;
    give_up_others(state, had_session, before);
    return MPCF_OK;
}

mpcf_status role_session_resume(struct role_state *state, mpcf_error *err)
{
    const uint64_t next = state->links.next_inference;
    const int64_t limit = state->student.pipeline->infer.session_inferences;
    char what[64];

    if (state->role == ROLE_DEALER) {
        return MPCF_OK;
    }
    if (!state->links.has_stored || state->session != NULL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user goes on with a stored session that was not agreed on");
    }
    if (next > (uint64_t) limit) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the other side names inference %" PRIu64
                         " of a stored session, which has at most %" PRId64,
                         next, limit);
    }
    MPCF_TRY(open_session(state, state->links.stored, true, err));
    MPCF_TRY(session_skip_to(state->session, (uint32_t) next, err));
    (void) snprintf(what, sizeof what, "is taken up at inference %" PRIu64, next);
    note(state, state->links.stored, what);
    return MPCF_OK;
}
