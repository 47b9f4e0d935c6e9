/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the corrections of an inference are dealt, and where the user keeps them until then.
 */
#include "secure/session_deal.h"

#include "base/clock.h"
#include "base/memory.h"
#include "preprocess/source.h"
#include "protocol/step_operations.h"
#include "secure/dealer.h"
#include "secure/session_inside.h"
#include "secure/session_weights.h"

static mpcf_status deal(struct session *s, const struct session_run *run,
                        struct masked_weights *const *masked, uint32_t inference, mpcf_error *err)
{
    struct deal_options o = {.program = run->program, .inference = inference};

    o.key[ROLE_PROVIDER] = &s->keys->party[ROLE_PROVIDER];
    o.key[ROLE_USER] = &s->keys->party[ROLE_USER];
    o.pool = s->pool;
    o.masked = masked;
    o.products = s->products;
    o.observe = s->options.observe;
    o.observe_context = s->options.observe_context;
    o.clock = run->clock;
    return dealer_run(&o, s->peers[ROLE_USER], err);
}

/* *LENGTHS: bytes of each step, mpcf_free(). */
static mpcf_status list_lengths(const struct program *p, size_t **lengths, mpcf_error *err)
{
    *lengths = mpcf_alloc_array(p->step_count + 1, sizeof **lengths);
    if (*lengths == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof **lengths, "lengths");
    }
    for (size_t i = 0; i < p->step_count; i++) {
        (*lengths)[i] = p->costs[i].correction_bits / 8;
    }
    return MPCF_OK;
}

static mpcf_status keep(struct session *s, const struct session_run *run, uint32_t inference,
                        mpcf_error *err)
{
    const struct program *p = run->program;
    struct source stream = source_stream(s->peers[ROLE_DEALER]);
    size_t *lengths = NULL;

    MPCF_TRY(list_lengths(p, &lengths, err));
    mpcf_status status =
        store_fill(s->store, inference, p->digest, &stream, lengths, p->step_count, err);
    mpcf_free(lengths);
    return status;
}

mpcf_status session_deal_bytes(const struct program *p, uint64_t *bytes, mpcf_error *err)
{
    size_t *lengths = NULL;

    MPCF_TRY(list_lengths(p, &lengths, err));
    *bytes = store_bytes(lengths, p->step_count);
    mpcf_free(lengths);
    return MPCF_OK;
}

static mpcf_status deal_now(struct session *s, const struct session_run *run,
                            struct masked_weights *const *masked, uint32_t inference,
                            mpcf_error *err)
{
    switch (s->options.role) {
    case ROLE_DEALER:
        return deal(s, run, masked, inference, err);
    case ROLE_USER:
        return s->is_stored ? keep(s, run, inference, err) : MPCF_OK;
    case ROLE_PROVIDER:
        break;
    }
    return MPCF_OK;
}

mpcf_status session_deal_one(struct session *s, const struct session_run *run,
                             struct masked_weights *const *masked, uint32_t inference,
                             mpcf_error *err)
{
    if (s->is_stored && (s->options.resume || inference < s->next_deal)) {
        return MPCF_OK; /* dealt ahead */
    }
    s->next_deal = inference + 1;
    return deal_now(s, run, masked, inference, err);
}

static mpcf_status deal_ahead(struct session *s, struct session_run *run, size_t count,
                              mpcf_error *err)
{
    struct masked_weights **masked = NULL;

    MPCF_TRY(session_set_up_weights(s, run, &masked, err));
    int64_t start_ns = clock_now_ns();
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        uint32_t inference = 0;
        status = session_number(s, &s->next_deal, &inference, err);
        if (status == MPCF_OK) {
            status = deal_now(s, run, masked, inference, err);
        }
    }
    run->offline_seconds = clock_seconds_since(start_ns);
    mpcf_free(masked);
    return status;
}

mpcf_status session_deal(struct session *s, struct session_run *run, size_t count, mpcf_error *err)
{
    MPCF_TRY(session_begin(s, run, err));
    if (s->options.resume || !s->is_stored) {
        return mpcf_fail(err, MPCF_E_INVALID, "dealing ahead needs a new session with a store");
    }
    return session_settle(s, deal_ahead(s, run, count, err));
}
