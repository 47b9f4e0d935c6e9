/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each role does in one inference, from its number to the result.
 */
#include "secure/session_infer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "channel/role.h"
#include "preprocess/source.h"
#include "protocol/placement.h"
#include "secure/party.h"
#include "secure/session_deal.h"
#include "secure/session_inside.h"
#include "secure/session_weights.h"

static mpcf_status run_party(struct session *s, struct session_run *run,
                             struct masked_weights *const *masked, uint32_t inference,
                             struct source *source, mpcf_error *err)
{
    struct party_options o = {.program = run->program, .inference = inference};
    enum role role = s->options.role;
    struct channel *peer = s->peers[role == ROLE_PROVIDER ? ROLE_USER : ROLE_PROVIDER];
    struct party_run *party = NULL;

    o.role = role;
    o.key = &s->keys->party[role];
    o.pool = s->pool;
    o.masked = masked;
    o.products = s->products;
    o.weights = run->weights;
    o.observe = s->options.observe;
    o.observe_context = s->options.observe_context;
    o.clock = run->clock;
    MPCF_TRY(party_create(&o, &party, err));
    int64_t start_ns = clock_now_ns();
    mpcf_status status = party_offline(party, source, peer, run->metered, err);
    run->offline_seconds = clock_seconds_since(start_ns);
    start_ns = clock_now_ns();
    if (status == MPCF_OK) {
        status = party_online(party, run->input, run->output, peer, run->metered, err);
    }
    run->online_seconds = clock_seconds_since(start_ns);
    party_destroy(party);
    return status;
}

static mpcf_status take_part(struct session *s, struct session_run *run,
                             struct masked_weights *const *masked, uint32_t inference,
                             mpcf_error *err)
{
    struct source source = source_stream(s->peers[ROLE_DEALER]);

    if (s->store != NULL) {
        MPCF_TRY(store_consume(s->store, inference, err));
    }
    if (s->store == NULL || s->options.role == ROLE_PROVIDER) {
        return run_party(s, run, masked, inference, &source, err);
    }
    MPCF_TRY(store_source(s->store, inference, run->program->digest, &source, err));
    mpcf_status status = run_party(s, run, masked, inference, &source, err);
    store_source_close(s->store, inference, &source);
    return status;
}

static mpcf_status infer(struct session *s, struct session_run *run, mpcf_error *err)
{
    uint32_t inference = 0;
    struct masked_weights **masked = NULL;

    MPCF_TRY(session_number(s, &s->next_inference, &inference, err));
    MPCF_TRY(session_set_up_weights(s, run, &masked, err));
    mpcf_status status = session_deal_one(s, run, masked, inference, err);
    if (status == MPCF_OK && s->options.role != ROLE_DEALER) {
        status = take_part(s, run, masked, inference, err);
    }
    mpcf_free(masked);
    return status;
}

mpcf_status session_infer(struct session *s, struct session_run *run, mpcf_error *err)
{
    const struct secure_input *given = run->input;
    struct placements *made = NULL;
    struct secure_input placed;

    /* Where the caller has not done it with the input; before anything is sent. */
    if (given != NULL && given->placements == NULL) {
        MPCF_TRY(placements_create(run->program, given, &made, err));
        placed = *given;
        placed.placements = made;
        run->input = &placed;
    }
    mpcf_status status = session_begin(s, run, err);
    if (status == MPCF_OK) {
        status = session_settle(s, infer(s, run, err));
    }
    placements_destroy(made);
    run->input = given;
    return status;
}
