/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The party engine: one walk of the user before the run, one of each party, level by level, in
 * it. What a level sends is one message a direction, steps in program order.
 */
#include "secure/party.h"

#include <assert.h>

#include "base/clock.h"
#include "base/memory.h"
#include "secure/cost.h"

struct party_run {
    struct party p;
    struct step_cost *costs; /* by step */
    uint8_t *early;          /* provider: the early message, of the pool */
};

/* --- Life --- */

static mpcf_status allocate(struct party_run *r, mpcf_error *err)
{
    struct party *p = &r->p;
    size_t values = p->program->value_count, steps = p->program->step_count + 1;
    p->share = mpcf_alloc_array(values, sizeof *p->share);
    p->uses = mpcf_alloc_array(values, sizeof *p->uses);
    p->opened = mpcf_alloc_array(steps, sizeof *p->opened);
    p->opened_uses = mpcf_alloc_array(steps, sizeof *p->opened_uses);
    p->state = mpcf_alloc_array(steps, sizeof *p->state);
    p->correction = mpcf_alloc_array(steps, sizeof *p->correction);
    p->early = mpcf_alloc_array(steps, sizeof *p->early);
    r->costs = mpcf_alloc_array(steps, sizeof *r->costs);
    if (p->share == NULL || p->uses == NULL || p->opened == NULL || p->opened_uses == NULL ||
        p->state == NULL || p->correction == NULL || p->early == NULL || r->costs == NULL) {
        return mpcf_fail_memory(err, steps * sizeof *r->costs, "a party");
    }
    return MPCF_OK;
}

mpcf_status party_create(const struct party_options *o, struct party_run **out, mpcf_error *err)
{
    struct party_run *r = mpcf_alloc_array(1, sizeof *r);
    if (r == NULL) {
        return mpcf_fail_memory(err, sizeof *r, "a party");
    }
    struct party *p = &r->p;
    *p = (struct party){.program = o->program, .role = o->role, .pool = o->pool};
    p->weights = o->weights;
    p->masked = o->masked;
    p->random.key[o->role] = o->key;
    p->random.inference = o->inference;
    p->random.observe = o->observe;
    p->random.observe_context = o->observe_context;
    mpcf_status status = allocate(r, err);
    if (status != MPCF_OK) {
        party_destroy(r);
        return status;
    }
    for (size_t i = 0; i < o->program->value_count; ++i) {
        p->uses[i] = o->program->values[i].uses;
    }
    for (size_t i = 0; i < o->program->step_count; ++i) {
        const struct step *s = &o->program->steps[i];
        p->opened_uses[i][0] = s->opening[0].uses;
        p->opened_uses[i][1] = s->opening[1].uses;
        step_cost(o->program, s, &r->costs[i]);
    }
    *out = r;
    return MPCF_OK;
}

static void give_all(struct party_run *r)
{
    struct party *p = &r->p;
    for (size_t i = 0; p->share != NULL && i < p->program->value_count; ++i) {
        share_pool_give(p->pool, p->share[i]);
    }
    for (size_t i = 0; r->costs != NULL && i < p->program->step_count; ++i) {
        share_pool_give(p->pool, p->opened[i][0]);
        share_pool_give(p->pool, p->opened[i][1]);
        share_pool_give(p->pool, p->state[i]);
        share_pool_give(p->pool, p->correction[i].data);
    }
    share_pool_give(p->pool, r->early);
}

void party_destroy(struct party_run *r)
{
    if (r == NULL) {
        return;
    }
    struct party *p = &r->p;
    give_all(r);
    mpcf_free(p->share);
    mpcf_free(p->uses);
    mpcf_free(p->opened);
    mpcf_free(p->opened_uses);
    mpcf_free(p->state);
    mpcf_free(p->correction);
    mpcf_free(p->early);
    mpcf_free(r->costs);
    mpcf_free(r);
}

/* --- Steps --- */

static void release_value(struct party *p, value_id id)
{
    share_pool_give(p->pool, p->share[id]);
    p->share[id] = NULL;
}

/* The last of a step: its result, and what nobody needs any more. */
static mpcf_status complete(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct step_operations *row = step_operations[s->kind];
    if (row->compute != NULL) {
        MPCF_TRY(row->compute(p, s, err));
    }
    share_pool_give(p->pool, p->correction[s->index].data);
    p->correction[s->index].data = NULL;
    for (size_t i = 0; i < s->in_count; ++i) {
        assert(p->uses[s->in[i]] > 0);
        if (--p->uses[s->in[i]] == 0) {
            release_value(p, s->in[i]);
        }
    }
    if (p->program->values[s->out].uses == 0) {
        release_value(p, s->out);
    }
    return MPCF_OK;
}

static struct cost_line *line_of(struct cost *metered, const struct step *s)
{
    return metered == NULL ? NULL : &metered->lines[s->function];
}

static void add_seconds(struct cost *metered, const struct step *s, int64_t start)
{
    if (metered != NULL) {
        line_of(metered, s)->seconds += clock_seconds_since(start);
    }
}

/* --- Before the run --- */

static mpcf_status take_correction(struct party_run *r, const struct step *s, struct source *source,
                                   struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;
    size_t length = r->costs[s->index].correction_bits / 8;
    if (length == 0) {
        return MPCF_OK;
    }
    uint64_t *words = share_pool_take(p->pool, length / 8 + 1);
    if (words == NULL) {
        return mpcf_fail_memory(err, length, "a correction");
    }
    p->correction[s->index] = (struct arrived){.data = (uint8_t *) words, .length = length};
    MPCF_TRY(source->read(source, words, length, err));
    if (metered != NULL) {
        metered->dealer_user_bytes += cost_message(length);
        line_of(metered, s)->dealer_bytes += cost_message(length);
    }
    return MPCF_OK;
}

static void meter_early(struct cost *metered, const struct step *s, size_t bytes)
{
    if (metered == NULL || bytes == 0) {
        return;
    }
    size_t frame = metered->user_offline_bytes == 0 ? CHANNEL_FRAME_BYTES : 0;
    metered->user_offline_bytes += bytes + frame;
    line_of(metered, s)->offline_bytes += bytes + frame;
}

static mpcf_status user_steps(struct party_run *r, struct source *source, struct message *out,
                              struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;
    for (size_t i = 0; i < p->program->step_count; ++i) {
        const struct step *s = &p->program->steps[i];
        size_t before = out->at;
        MPCF_TRY(take_correction(r, s, source, metered, err));
        if (step_operations[s->kind]->early != NULL) {
            MPCF_TRY(step_operations[s->kind]->early(p, s, out, err));
        }
        assert(out->at - before == r->costs[i].offline_bits / 8);
        meter_early(metered, s, out->at - before);
        if (step_is_offline(p->program, s)) {
            MPCF_TRY(complete(p, s, err));
        }
    }
    return MPCF_OK;
}

static size_t early_length(const struct party_run *r)
{
    size_t length = 0;
    for (size_t i = 0; i < r->p.program->step_count; ++i) {
        length += r->costs[i].offline_bits / 8;
    }
    return length;
}

static mpcf_status user_offline(struct party_run *r, struct source *source, struct channel *peer,
                                struct cost *metered, mpcf_error *err)
{
    struct message out = {.length = early_length(r)};
    uint64_t *words = share_pool_take(r->p.pool, out.length / 8 + 1);
    if (words == NULL) {
        return mpcf_fail_memory(err, out.length, "the early message");
    }
    out.data = (uint8_t *) words;
    mpcf_status status = user_steps(r, source, &out, metered, err);
    if (status == MPCF_OK && out.length > 0) {
        status = channel_send(peer, out.data, out.length, err);
    }
    share_pool_give(r->p.pool, words);
    return status;
}

static mpcf_status provider_offline(struct party_run *r, struct channel *peer, struct cost *metered,
                                    mpcf_error *err)
{
    struct party *p = &r->p;
    size_t length = early_length(r), at = 0;
    uint64_t *words = share_pool_take(p->pool, length / 8 + 1);
    if (words == NULL) {
        return mpcf_fail_memory(err, length, "the early message");
    }
    r->early = (uint8_t *) words;
    for (size_t i = 0; i < p->program->step_count; ++i) {
        size_t part = r->costs[i].offline_bits / 8;
        p->early[i] = (struct message){.data = r->early + at, .length = part};
        meter_early(metered, &p->program->steps[i], part);
        at += part;
    }
    return length == 0 ? MPCF_OK : channel_recv(peer, r->early, length, err);
}

mpcf_status party_offline(struct party_run *r, struct source *source, struct channel *peer,
                          struct cost *metered, mpcf_error *err)
{
    return r->p.role == ROLE_USER ? user_offline(r, source, peer, metered, err)
                                  : provider_offline(r, peer, metered, err);
}

/* --- The run --- */

static bool is_active(const struct party_run *r, const struct step *s, uint32_t level)
{
    return level >= s->level && level - s->level < r->costs[s->index].rounds;
}

static mpcf_status local_steps(struct party_run *r, uint32_t level, struct cost *metered,
                               mpcf_error *err)
{
    struct party *p = &r->p;
    for (size_t i = 0; i < p->program->step_count; ++i) {
        const struct step *s = &p->program->steps[i];
        bool is_done = p->role == ROLE_USER && step_out(p->program, s)->is_input_independent;
        if (s->level != level || r->costs[i].rounds > 0 || is_done) {
            continue;
        }
        int64_t start = clock_now_ns();
        MPCF_TRY(complete(p, s, err));
        add_seconds(metered, s, start);
    }
    return MPCF_OK;
}

struct level_messages {
    struct message out, in;
    uint64_t *blocks[2];
    const struct step *first; /* that sends: it bears round and frames */
};

static mpcf_status prepare_level(struct party_run *r, uint32_t level, struct level_messages *m,
                                 mpcf_error *err)
{
    bool provides = r->p.role == ROLE_PROVIDER;
    for (size_t i = 0; i < r->p.program->step_count; ++i) {
        const struct step *s = &r->p.program->steps[i];
        if (!is_active(r, s, level)) {
            continue;
        }
        const struct step_cost *c = &r->costs[i];
        size_t provider = c->provider_bits[level - s->level] / 8;
        size_t user = c->user_bits[level - s->level] / 8;
        m->out.length += provides ? provider : user;
        m->in.length += provides ? user : provider;
        m->first = m->first == NULL && provider + user > 0 ? s : m->first;
    }
    m->blocks[0] = share_pool_take(r->p.pool, m->out.length / 8 + 1);
    m->blocks[1] = share_pool_take(r->p.pool, m->in.length / 8 + 1);
    m->out.data = (uint8_t *) m->blocks[0];
    m->in.data = (uint8_t *) m->blocks[1];
    return m->blocks[0] != NULL && m->blocks[1] != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, m->out.length + m->in.length, "messages");
}

static mpcf_status send_level(struct party_run *r, uint32_t level, struct level_messages *m,
                              struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;
    for (size_t i = 0; i < p->program->step_count; ++i) {
        const struct step *s = &p->program->steps[i];
        if (!is_active(r, s, level)) {
            continue;
        }
        int64_t start = clock_now_ns();
        size_t before = m->out.at;
        MPCF_TRY(step_operations[s->kind]->send(p, s, level - s->level, &m->out, err));
        const struct step_cost *c = &r->costs[i];
        uint64_t bits =
            (p->role == ROLE_PROVIDER ? c->provider_bits : c->user_bits)[level - s->level];
        assert((m->out.at - before) * 8 == bits);
        (void) bits;
        add_seconds(metered, s, start);
        if (metered != NULL) {
            line_of(metered, s)->online_bytes += m->out.at - before;
        }
    }
    return MPCF_OK;
}

static mpcf_status receive_level(struct party_run *r, uint32_t level, struct level_messages *m,
                                 struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;
    for (size_t i = 0; i < p->program->step_count; ++i) {
        const struct step *s = &p->program->steps[i];
        if (!is_active(r, s, level)) {
            continue;
        }
        int64_t start = clock_now_ns();
        size_t before = m->in.at;
        MPCF_TRY(step_operations[s->kind]->receive(p, s, level - s->level, &m->in, err));
        add_seconds(metered, s, start);
        if (metered != NULL) {
            line_of(metered, s)->online_bytes += m->in.at - before;
        }
    }
    assert(m->in.at == m->in.length);
    return MPCF_OK;
}

static mpcf_status complete_level(struct party_run *r, uint32_t level, struct cost *metered,
                                  mpcf_error *err)
{
    struct party *p = &r->p;
    for (size_t i = 0; i < p->program->step_count; ++i) {
        const struct step *s = &p->program->steps[i];
        if (is_active(r, s, level) && level - s->level + 1 == r->costs[i].rounds) {
            int64_t start = clock_now_ns();
            MPCF_TRY(complete(p, s, err));
            add_seconds(metered, s, start);
        }
    }
    return MPCF_OK;
}

/* What the channel says that went, against what it says went before. */
static void meter_level(const struct party_run *r, const struct level_messages *m,
                        struct channel *peer, struct channel_meter before, struct cost *metered,
                        int64_t start)
{
    if (metered == NULL || m->first == NULL) {
        return;
    }
    struct channel_meter after = channel_meter(peer);
    uint64_t out = after.sent_bytes - before.sent_bytes;
    uint64_t in = after.received_bytes - before.received_bytes;
    bool provides = r->p.role == ROLE_PROVIDER;
    metered->provider_bytes += provides ? out : in;
    metered->user_bytes += provides ? in : out;
    metered->rounds++;
    struct cost_line *line = line_of(metered, m->first);
    line->rounds++;
    line->online_bytes += out + in - m->out.length - m->in.length;
    line->seconds += clock_seconds_since(start);
}

static mpcf_status exchange_level(struct party_run *r, uint32_t level, struct level_messages *m,
                                  struct channel *peer, struct cost *metered, mpcf_error *err)
{
    MPCF_TRY(prepare_level(r, level, m, err));
    MPCF_TRY(send_level(r, level, m, metered, err));
    int64_t start = clock_now_ns();
    struct channel_meter before = channel_meter(peer);
    MPCF_TRY(channel_exchange(peer, m->out.data, m->out.length, m->in.data, m->in.length, err));
    meter_level(r, m, peer, before, metered, start);
    MPCF_TRY(receive_level(r, level, m, metered, err));
    return complete_level(r, level, metered, err);
}

mpcf_status party_online(struct party_run *r, const struct secure_input *in, double *output,
                         struct channel *peer, struct cost *metered, mpcf_error *err)
{
    r->p.input = in;
    r->p.output = output;
    for (uint32_t level = 0;; ++level) {
        MPCF_TRY(local_steps(r, level, metered, err));
        if (level == r->p.program->level_count) {
            return MPCF_OK;
        }
        struct level_messages m = {0};
        mpcf_status status = exchange_level(r, level, &m, peer, metered, err);
        share_pool_give(r->p.pool, m.blocks[0]);
        share_pool_give(r->p.pool, m.blocks[1]);
        MPCF_TRY(status);
    }
}
