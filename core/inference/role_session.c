/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which session a role is in: a new one, or the one that an earlier run left in its store.
 *
 * The user decides and announces it. A stored session is taken up where both parties have it, both
 * by the same facts; the numbers below the larger of both sides' are never used again.
 */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "inference/role_state.h"
#include "preprocess/store.h"
#include "program/role.h"

/* --- What was dealt before --- */

/* Each role keeps its part of a stored session in a folder of its own. */
static mpcf_status find_folder(struct secure_party *party, mpcf_error *err)
{
    party->store = file_join(party->setup.pipeline->infer.store, role_name(party->role));
    return party->store != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
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

static mpcf_status digest_facts(struct secure_party *party, const struct handshake *handshake,
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
    add_weights(party->setup.network.parameters, digest);
    digest_end(digest, party->store_facts);
    return MPCF_OK;
}

static void note(const struct secure_party *party, const uint8_t *id, const char *what)
{
    log_line(LOG_INFO, "%s: stored session %02x%02x%02x%02x %s", role_name(party->role), id[0],
             id[1], id[2], id[3], what);
}

mpcf_status secure_session_offer(struct secure_party *party, struct handshake *handshake,
                                 mpcf_error *err)
{
    struct store_label label;

    if (party->setup.pipeline->infer.preprocess != PREPROCESS_STORE) {
        return MPCF_OK;
    }
    MPCF_TRY(find_folder(party, err));
    MPCF_TRY(digest_facts(party, handshake, err));
    if (party->role == ROLE_DEALER || store_look(party->store, &label, NULL) != MPCF_OK) {
        return MPCF_OK; /* a damaged one is as none: a new one takes its place */
    }
    if (strcmp(label.facts, party->store_facts) != 0) {
        note(party, label.session, "was dealt for another network, or other options or weights");
        return MPCF_OK;
    }
    handshake->has_stored = true;
    memcpy(handshake->stored, label.session, sizeof handshake->stored);
    handshake->next_inference = label.next;
    party->is_offered = true;
    memcpy(party->stored, label.session, sizeof party->stored);
    return MPCF_OK;
}

/* --- Sessions --- */

static mpcf_status open_session(struct secure_party *party, const uint8_t *id, bool resume,
                                mpcf_error *err)
{
    struct session_options o = {.role = party->role,
                                .timeout_ns = party->setup.pipeline->infer.timeout_ns,
                                .store_path = party->store,
                                .facts = party->store_facts,
                                .resume = resume};

    session_destroy(party->session);
    party->session = NULL;
    party->is_resumed = resume;
    party->totals.has_setup = false;
    memcpy(o.session, id, sizeof o.session);
    return session_create(&o, party->links.peers, &party->session, err);
}

mpcf_status secure_session_begin(struct secure_party *party, mpcf_error *err)
{
    if (party->is_offered && !party->links.has_stored) {
        note(party, party->stored, "is given up: the other side has none, or another");
    }
    return open_session(party, party->links.session, false, err);
}

mpcf_status secure_session_resume(struct secure_party *party, mpcf_error *err)
{
    const uint64_t next = party->links.next_inference;
    char what[64];

    if (party->role == ROLE_DEALER) {
        return MPCF_OK;
    }
    if (!party->links.has_stored || next > UINT32_MAX || party->session != NULL) {
        return mpcf_fail(err, MPCF_E_PROTOCOL,
                         "the user goes on with a stored session that was not agreed on");
    }
    MPCF_TRY(open_session(party, party->stored, true, err));
    MPCF_TRY(session_skip_to(party->session, (uint32_t) next, err));
    (void) snprintf(what, sizeof what, "is taken up at inference %" PRIu64, next);
    note(party, party->stored, what);
    return MPCF_OK;
}
