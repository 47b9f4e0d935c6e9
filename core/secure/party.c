/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The party engine: one walk of the user before the run, one of each party, round by round, in
 * it. What a round sends is one message a direction, steps in program order.
 */
#include "secure/party.h"

#include <assert.h>

#include "base/clock.h"
#include "base/memory.h"
#include "secure/cost.h"

struct party_run {
    struct party p;
    uint8_t *offline; /* provider: the user's message before the run, of the pool */
    struct step_clock *clock;
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
    p->offline = mpcf_alloc_array(steps, sizeof *p->offline);
    if (p->share == NULL || p->uses == NULL || p->opened == NULL || p->opened_uses == NULL ||
        p->state == NULL || p->correction == NULL || p->offline == NULL) {
        return mpcf_fail_memory(err, steps * sizeof *p->correction, "a party");
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
    r->clock = o->clock;
    p->weights = o->weights;
    p->masked = o->masked;
    p->products = o->products;
    p->random.key[o->role] = o->key;
    p->random.inference = o->inference;
    p->random.observe = o->observe;
    p->random.observe_context = o->observe_context;
    mpcf_status status = allocate(r, err);
    if (status != MPCF_OK) {
        party_destroy(r);
        return status;
    }
    for (size_t i = 0; i < o->program->value_count; i++) {
        p->uses[i] = o->program->values[i].uses;
    }
    for (size_t i = 0; i < o->program->step_count; i++) {
        const struct step *s = &o->program->steps[i];
        p->opened_uses[i][0] = s->opening[0].uses;
        p->opened_uses[i][1] = s->opening[1].uses;
    }
    *out = r;
    return MPCF_OK;
}

static void give_all(struct party_run *r)
{
    struct party *p = &r->p;

    for (size_t i = 0; p->share != NULL && i < p->program->value_count; i++) {
        share_pool_give(p->pool, p->share[i]);
    }
    for (size_t i = 0; p->correction != NULL && p->opened != NULL && p->state != NULL &&
                       i < p->program->step_count;
         ++i) {
        share_pool_give(p->pool, p->opened[i][0]);
        share_pool_give(p->pool, p->opened[i][1]);
        share_pool_give(p->pool, p->state[i]);
        share_pool_give(p->pool, p->correction[i].data);
    }
    share_pool_give(p->pool, r->offline);
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
    mpcf_free(p->offline);
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
    const struct step_operations *row = s->operations;

    if (row->compute != NULL) {
        MPCF_TRY(row->compute(p, s, err));
    }
    share_pool_give(p->pool, p->correction[s->index].data);
    p->correction[s->index].data = NULL;
    for (size_t i = 0; i < s->in_count; i++) {
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

/* Wall time for the meter, the thread's own for who measures steps. */
struct span {
    int64_t wall, thread;
};

static struct span begin(const struct party_run *r)
{
    return (struct span){clock_now_ns(), step_clock_start(r->clock)};
}

static void add_seconds(struct party_run *r, struct cost *metered, const struct step *s,
                        struct span start)
{
    step_clock_stop(r->clock, PHASE_ONLINE, s->index, start.thread);
    if (metered != NULL) {
        line_of(metered, s)->seconds += clock_seconds_since(start.wall);
    }
}

/* --- Before the run --- */

static mpcf_status take_correction(struct party_run *r, const struct step *s, struct source *source,
                                   struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;
    size_t length = p->program->costs[s->index].correction_bits / 8;

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

static void meter_offline(struct cost *metered, const struct step *s, size_t bytes)
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

    for (size_t i = 0; i < p->program->step_count; i++) {
        const struct step *s = &p->program->steps[i];
        size_t before = out->at;
        MPCF_TRY(take_correction(r, s, source, metered, err));
        const int64_t start = step_clock_start(r->clock);
        if (s->operations->send_offline != NULL) {
            MPCF_TRY(s->operations->send_offline(p, s, out, err));
        }
        size_t wanted = p->program->costs[i].offline_bits / 8;
        MPCF_TRY(step_wrote(s, out->at - before, wanted, err));
        meter_offline(metered, s, out->at - before);
        if (step_is_offline(p->program, s)) {
            MPCF_TRY(complete(p, s, err));
        }
        step_clock_stop(r->clock, PHASE_BEFORE, s->index, start);
    }
    return MPCF_OK;
}

static mpcf_status user_offline(struct party_run *r, struct source *source, struct channel *peer,
                                struct cost *metered, mpcf_error *err)
{
    struct message out = {.length = r->p.program->offline_bytes};
    uint64_t *words = share_pool_take(r->p.pool, out.length / 8 + 1);

    if (words == NULL) {
        return mpcf_fail_memory(err, out.length, "the message before the run");
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
    size_t length = p->program->offline_bytes, at = 0;
    uint64_t *words = share_pool_take(p->pool, length / 8 + 1);

    if (words == NULL) {
        return mpcf_fail_memory(err, length, "the message before the run");
    }
    r->offline = (uint8_t *) words;
    for (size_t i = 0; i < p->program->step_count; i++) {
        size_t part = p->program->costs[i].offline_bits / 8;
        p->offline[i] = (struct message){.data = r->offline + at, .length = part};
        meter_offline(metered, &p->program->steps[i], part);
        at += part;
    }
    return length == 0 ? MPCF_OK : channel_recv(peer, r->offline, length, err);
}

mpcf_status party_offline(struct party_run *r, struct source *source, struct channel *peer,
                          struct cost *metered, mpcf_error *err)
{
    return r->p.role == ROLE_USER ? user_offline(r, source, peer, metered, err)
                                  : provider_offline(r, peer, metered, err);
}

/* --- The run --- */

static mpcf_status local_steps(struct party_run *r, const struct round *round, struct cost *metered,
                               mpcf_error *err)
{
    struct party *p = &r->p;

    for (size_t i = 0; i < round->local_count; i++) {
        const struct step *s = &p->program->steps[round->local[i]];
        if (p->role == ROLE_USER && step_out(p->program, s)->is_input_independent) {
            continue; /* done before the run */
        }
        struct span start = begin(r);
        MPCF_TRY(complete(p, s, err));
        add_seconds(r, metered, s, start);
    }
    return MPCF_OK;
}

struct messages {
    struct message out, in;
    uint64_t *blocks[2];
};

static mpcf_status take_messages(struct party_run *r, const struct round *round, struct messages *m,
                                 mpcf_error *err)
{
    bool provides = r->p.role == ROLE_PROVIDER;

    m->out.length = provides ? round->provider_bytes : round->user_bytes;
    m->in.length = provides ? round->user_bytes : round->provider_bytes;
    m->blocks[0] = share_pool_take(r->p.pool, m->out.length / 8 + 1);
    m->blocks[1] = share_pool_take(r->p.pool, m->in.length / 8 + 1);
    m->out.data = (uint8_t *) m->blocks[0];
    m->in.data = (uint8_t *) m->blocks[1];
    return m->blocks[0] != NULL && m->blocks[1] != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, m->out.length + m->in.length, "messages");
}

/* What step S says that it sends in its round NUMBER. */
static size_t sent_bytes(const struct party *p, const struct step *s, uint32_t number)
{
    const struct step_cost *c = &p->program->costs[s->index];

    return (p->role == ROLE_PROVIDER ? c->provider_bits : c->user_bits)[number] / 8;
}

static void meter_step(struct party_run *r, struct cost *metered, const struct step *s,
                       size_t bytes, struct span start)
{
    add_seconds(r, metered, s, start);
    if (metered != NULL) {
        line_of(metered, s)->online_bytes += bytes;
    }
}

static mpcf_status send_round(struct party_run *r, const struct round *round, struct message *out,
                              struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;

    for (size_t i = 0; i < round->exchange_count; i++) {
        const struct round_step *part = &round->exchange[i];
        const struct step *s = &p->program->steps[part->step];
        struct span start = begin(r);
        size_t before = out->at;
        MPCF_TRY(s->operations->send(p, s, part->number, out, err));
        MPCF_TRY(step_wrote(s, out->at - before, sent_bytes(p, s, part->number), err));
        meter_step(r, metered, s, out->at - before, start);
    }
    return MPCF_OK;
}

static mpcf_status receive_round(struct party_run *r, const struct round *round, struct message *in,
                                 struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;

    for (size_t i = 0; i < round->exchange_count; i++) {
        const struct round_step *part = &round->exchange[i];
        const struct step *s = &p->program->steps[part->step];
        struct span start = begin(r);
        size_t before = in->at;
        MPCF_TRY(s->operations->receive(p, s, part->number, in, err));
        meter_step(r, metered, s, in->at - before, start);
    }
    assert(in->at == in->length);
    return MPCF_OK;
}

static mpcf_status complete_round(struct party_run *r, const struct round *round,
                                  struct cost *metered, mpcf_error *err)
{
    struct party *p = &r->p;

    for (size_t i = 0; i < round->complete_count; i++) {
        const struct step *s = &p->program->steps[round->complete[i]];
        struct span start = begin(r);
        MPCF_TRY(complete(p, s, err));
        add_seconds(r, metered, s, start);
    }
    return MPCF_OK;
}

/* What the channel says that went, against what it says went before. */
static void meter_round(const struct party_run *r, const struct round *round, struct channel *peer,
                        struct channel_meter before, struct cost *metered, int64_t start)
{
    size_t own = round->provider_bytes + round->user_bytes;

    if (metered == NULL || own == 0) {
        return;
    }
    struct channel_meter after = channel_meter(peer);
    uint64_t out = after.sent_bytes - before.sent_bytes;
    uint64_t in = after.received_bytes - before.received_bytes;
    bool provides = r->p.role == ROLE_PROVIDER;
    metered->provider_bytes += provides ? out : in;
    metered->user_bytes += provides ? in : out;
    metered->link_bytes += in > out ? in : out;
    metered->rounds++;
    struct cost_line *line = &metered->lines[round->function];
    line->rounds++;
    line->online_bytes += out + in - own;
    line->seconds += clock_seconds_since(start);
}

static mpcf_status exchange_round(struct party_run *r, const struct round *round,
                                  struct messages *m, struct channel *peer, struct cost *metered,
                                  mpcf_error *err)
{
    MPCF_TRY(take_messages(r, round, m, err));
    MPCF_TRY(send_round(r, round, &m->out, metered, err));
    int64_t start = clock_now_ns();
    struct channel_meter before = channel_meter(peer);
    MPCF_TRY(channel_exchange(peer, m->out.data, m->out.length, m->in.data, m->in.length, err));
    meter_round(r, round, peer, before, metered, start);
    MPCF_TRY(receive_round(r, round, &m->in, metered, err));
    return complete_round(r, round, metered, err);
}

mpcf_status party_online(struct party_run *r, const struct secure_input *in, double *output,
                         struct channel *peer, struct cost *metered, mpcf_error *err)
{
    const struct program *p = r->p.program;

    r->p.input = in;
    r->p.output = output;
    for (uint32_t i = 0; i < p->round_count; i++) {
        struct messages m = {0};
        MPCF_TRY(local_steps(r, &p->rounds[i], metered, err));
        mpcf_status status = exchange_round(r, &p->rounds[i], &m, peer, metered, err);
        share_pool_give(r->p.pool, m.blocks[0]);
        share_pool_give(r->p.pool, m.blocks[1]);
        MPCF_TRY(status);
    }
    return local_steps(r, &p->rounds[p->round_count], metered, err);
}
