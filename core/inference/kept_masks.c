/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which masks go on, and which are drawn anew: one seed for a user, and never for two sets of weights.
 */
#include "inference/kept_masks.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>

#include "base/build_id.h"
#include "base/cpu.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "channel/role.h"
#include "float/float_gemm.h"
#include "inference/peer_name.h"
#include "inference/role_session.h"
#include "pipeline/link_keys.h"
#include "preprocess/kept.h"
#include "preprocess/kept_list.h"
#include "prg/prg.h"
#include "secure/session.h"

enum {
    NAME_SIZE = KEPT_ID_TEXT,
    MAKER_SIZE = 1024
}; /* of a folder in the role's; of a build and a machine */

static const uint8_t none[HANDSHAKE_SESSION];

static bool is_used(const struct role_state *state)
{
    return state->student.pipeline->infer.weight_masks == MASKS_KEPT;
}

/* --- For what --- */

/* The provider's numbers are of its build, of what it computes by and of its machine, too: others may round
 * otherwise. False: there is no telling builds apart. */
static bool name_maker(char maker[MAKER_SIZE])
{
    char build[BUILD_ID_SIZE], products[256];

    build_id(build);
    float_backend_describe(products, sizeof products);
    (void) snprintf(maker, MAKER_SIZE, "%s, %s, libc %s, %s %s", build, products,
                    gnu_get_libc_version(), cpu_level_name(cpu_level()), cpu_name());
    return *build != '\0';
}

static mpcf_status digest_with(const char *facts, const char *more, char out[FILE_DIGEST_SIZE],
                               mpcf_error *err)
{
    struct digest *digest = digest_begin();

    if (digest == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    digest_add(digest, facts, strlen(facts) + 1);
    digest_add(digest, more, strlen(more) + 1);
    digest_end(digest, out);
    return MPCF_OK;
}

static mpcf_status find_root(struct role_state *state, mpcf_error *err)
{
    state->kept_root =
        mpcf_format("%s/%s/kept", state->student.pipeline->infer.store, role_name(state->role));
    return state->kept_root != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
}

static void tidy(const struct role_state *state)
{
    kept_tidy(state->kept_root, role_session_kept(state),
              state->student.pipeline->infer.store_age_ns);
}

/* Links of a one-machine run stay on it. */
static mpcf_status check_links(const struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;

    if (!link_knows_peers(p, state->keys != NULL)) {
        return mpcf_fail(err, MPCF_E_CONFIG, LINK_KEPT_NEEDS_PROOF, p->transport.name);
    }
    return state->control != NULL || !link_is_open(p)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG, LINK_KEPT_NEEDS_SECRECY, p->transport.name);
}

/* Who does not keep them any more has no use for what is there. */
static mpcf_status forget_all(struct role_state *state, mpcf_error *err)
{
    if (state->role != ROLE_DEALER && state->student.pipeline->infer.store != NULL) {
        MPCF_TRY(find_root(state, err));
        kept_tidy(state->kept_root, 0, 0);
        kept_masks_clear(state);
    }
    return MPCF_OK;
}

mpcf_status kept_masks_prepare(struct role_state *state, const struct handshake *handshake,
                               mpcf_error *err)
{
    char maker[MAKER_SIZE] = "", facts[FILE_DIGEST_SIZE];

    if (!is_used(state)) {
        return forget_all(state, err);
    }
    MPCF_TRY(check_links(state, err));
    if (state->role == ROLE_DEALER) {
        return MPCF_OK; /* it keeps nothing */
    }
    if (state->role == ROLE_PROVIDER && !name_maker(maker)) {
        log_line(LOG_WARN, "provider: masks of weights are not kept: this build of mpcf has no "
                           "build id, and could not be told from another");
        return MPCF_OK;
    }
    MPCF_TRY(find_root(state, err));
    MPCF_TRY(role_session_facts(state, handshake, facts, err));
    MPCF_TRY(digest_with(facts, maker, state->kept_facts, err));
    tidy(state);
    return MPCF_OK;
}

void kept_masks_clear(struct role_state *state)
{
    kept_close(state->kept_masks);
    state->kept_masks = NULL;
    mpcf_free(state->kept_root);
    state->kept_root = NULL;
}

/* --- For whom --- */

/* The parent of a one-machine run draws keys for that run alone; its roles are one person's. */
static mpcf_status name_peer(const struct role_state *state, char name[PEER_NAME_SIZE],
                             mpcf_error *err)
{
    const enum role peer = state->role == ROLE_USER ? ROLE_PROVIDER : ROLE_USER;

    if (state->control != NULL) {
        (void) snprintf(name, PEER_NAME_SIZE, "this machine");
        return MPCF_OK;
    }
    return peer_name(state->own_keys, peer, channel_identity(state->links.peers[peer]), name, err);
}

static void note(const struct role_state *state, const uint8_t *id, const char *what)
{
    log_line(LOG_INFO, "%s: kept masks of weights %02x%02x%02x%02x %s", role_name(state->role),
             id[0], id[1], id[2], id[3], what);
}

/* The session must not use what is closed. */
static void drop(struct role_state *state)
{
    if (state->session != NULL) {
        (void) session_use_kept(state->session, NULL);
    }
    kept_close(state->kept_masks);
    state->kept_masks = NULL;
}

/* MARK in a folder NAME; without it the session goes on, with masks of its own. */
static mpcf_status begin(struct role_state *state, const char *name, const struct kept_mark *mark,
                         mpcf_error *err)
{
    mpcf_error *why = mpcf_error_create();
    const mpcf_status status = kept_begin(state->kept_root, name, mark, &state->kept_masks, why);

    if (status == MPCF_OK) {
        note(state, mark->id, "are begun");
        tidy(state);
    } else if (status != MPCF_E_NOMEM) {
        log_line(LOG_WARN, "%s: masks of weights are not kept: %s", role_name(state->role),
                 mpcf_error_text(why));
    }
    mpcf_error_destroy(why);
    return status == MPCF_E_NOMEM ? mpcf_fail_memory(err, 0, "kept masks") : MPCF_OK;
}

/* --- The user --- */

/* What is of another provider, or for other facts, is not spoken of. */
mpcf_status kept_masks_offer(struct role_state *state, uint8_t id[HANDSHAKE_SESSION],
                             mpcf_error *err)
{
    char name[PEER_NAME_SIZE], facts[FILE_DIGEST_SIZE];

    memset(id, 0, HANDSHAKE_SESSION);
    if (!is_used(state)) {
        return MPCF_OK;
    }
    MPCF_TRY(name_peer(state, name, err));
    if (state->kept_masks == NULL && peer_name_is_proved(name)) {
        MPCF_TRY(digest_with(state->kept_facts, name, facts, err));
        state->kept_masks = kept_find(state->kept_root, facts);
    }
    if (state->kept_masks != NULL) {
        memcpy(id, kept_mark(state->kept_masks)->id, HANDSHAKE_SESSION);
    }
    return MPCF_OK;
}

static mpcf_status begin_for(struct role_state *state, const uint8_t id[HANDSHAKE_SESSION],
                             mpcf_error *err)
{
    char name[PEER_NAME_SIZE], folder[NAME_SIZE];
    struct kept_mark mark = {.facts = {0}};

    MPCF_TRY(name_peer(state, name, err));
    if (memcmp(id, none, sizeof none) == 0 || !peer_name_is_proved(name)) {
        return MPCF_OK;
    }
    MPCF_TRY(digest_with(state->kept_facts, name, mark.facts, err));
    memcpy(mark.id, id, sizeof mark.id);
    kept_id_print(id, folder);
    return begin(state, folder, &mark, err);
}

/* Where the provider has others, D of these is of use to nobody but a thief; where it has none now it may have
 * had no hand free. */
static void give_up(struct role_state *state, const uint8_t id[HANDSHAKE_SESSION])
{
    struct kept *old = state->kept_masks;

    note(state, kept_mark(old)->id, "are given up: the provider goes on with others");
    if (memcmp(id, none, sizeof none) != 0) {
        state->kept_masks = NULL;
        drop(state);
        kept_remove(old);
    }
}

mpcf_status kept_masks_settle(struct role_state *state, const uint8_t id[HANDSHAKE_SESSION],
                              bool is_resumed, mpcf_error *err)
{
    if (!is_used(state)) {
        return MPCF_OK;
    }
    if (state->kept_masks != NULL &&
        memcmp(kept_mark(state->kept_masks)->id, id, HANDSHAKE_SESSION) == 0) {
        note(state, id, "are taken up");
        (void) (is_resumed && session_use_kept(state->session, state->kept_masks));
        return MPCF_OK;
    }
    if (state->kept_masks != NULL && !is_resumed) {
        give_up(state, id);
    }
    drop(state);
    return is_resumed ? MPCF_OK : begin_for(state, id, err);
}

/* --- The provider --- */

/* One folder for a user of a graph, so that two models may share a store: the first half of a SHA-256. */
static mpcf_status folder_of(const struct role_state *state, const char *user,
                             char folder[NAME_SIZE], mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE];

    MPCF_TRY(digest_with(state->student.graph_digest, user, digest, err));
    memcpy(folder, digest, NAME_SIZE - 1);
    folder[NAME_SIZE - 1] = '\0';
    return MPCF_OK;
}

/* A dealer hears the seed: another one hears another. FACTS: with the dealer of now. */
static mpcf_status add_dealer(const struct role_state *state, char facts[FILE_DIGEST_SIZE],
                              mpcf_error *err)
{
    const struct channel *link = state->links.peers[ROLE_DEALER];
    char dealer[PEER_NAME_SIZE] = "this machine";

    if (state->control == NULL) {
        MPCF_TRY(peer_name(state->own_keys, ROLE_DEALER, link != NULL ? channel_identity(link) : "",
                           dealer, err));
    }
    return digest_with(state->kept_facts, dealer, facts, err);
}

static mpcf_status draw(struct role_state *state, const char *folder,
                        const char facts[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct kept_mark mark = {.facts = {0}};
    mpcf_status status = MPCF_OK;

    memcpy(mark.facts, facts, sizeof mark.facts);
    prg_system_random(mark.seed, sizeof mark.seed);
    do {
        prg_system_random(mark.id, sizeof mark.id);
    } while (memcmp(mark.id, none, sizeof none) == 0);
    status = begin(state, folder, &mark, err);
    mpcf_wipe(&mark, sizeof mark);
    return status;
}

static mpcf_status take_or_draw(struct role_state *state, const char *user, const uint8_t *offered,
                                bool is_resumed, mpcf_error *err)
{
    char folder[NAME_SIZE], facts[FILE_DIGEST_SIZE];

    MPCF_TRY(folder_of(state, user, folder, err));
    MPCF_TRY(add_dealer(state, facts, err));
    if (memcmp(offered, none, sizeof none) != 0) {
        state->kept_masks = kept_open(state->kept_root, folder, facts, offered);
    }
    if (state->kept_masks != NULL && !kept_is_recorded(state->kept_masks)) {
        drop(state); /* what the user has D of ought to be recorded here */
    }
    if (state->kept_masks != NULL && is_resumed &&
        !session_use_kept(state->session, state->kept_masks)) {
        drop(state); /* it was dealt under others */
    }
    if (state->kept_masks != NULL) {
        note(state, offered, "are taken up");
    }
    return state->kept_masks != NULL || is_resumed ? MPCF_OK : draw(state, folder, facts, err);
}

mpcf_status kept_masks_answer(struct role_state *state, const uint8_t offered[HANDSHAKE_SESSION],
                              uint8_t id[HANDSHAKE_SESSION], bool is_resumed, mpcf_error *err)
{
    char user[PEER_NAME_SIZE];

    memset(id, 0, HANDSHAKE_SESSION);
    if (!is_used(state) || state->role != ROLE_PROVIDER || state->kept_root == NULL) {
        return MPCF_OK;
    }
    drop(state);
    MPCF_TRY(name_peer(state, user, err));
    if (peer_name_is_proved(user)) {
        MPCF_TRY(take_or_draw(state, user, offered, is_resumed, err));
    }
    if (state->kept_masks != NULL) {
        memcpy(id, kept_mark(state->kept_masks)->id, HANDSHAKE_SESSION);
    }
    return MPCF_OK;
}
