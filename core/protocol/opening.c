/* SPDX-License-Identifier: Apache-2.0 */
/* How operands are opened under their masks: a half out, the other half in, once for all readers. */
#include "protocol/opening.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "protocol/blocks.h"
#include "ring/ring.h"

unsigned opening_count(const struct step *s)
{
    unsigned opens = s->operations->opens;

    return (opens & 1) + (opens >> 1 & 1);
}

/* Operand 0 or 1; J counts those that are opened. */
value_id opening_id(const struct step *s, unsigned j)
{
    bool first_is_not = (s->operations->opens & 1) == 0;

    return s->in[first_is_not ? j + 1 : j];
}

static const struct value *opening_value(const struct program *p, const struct step *s, unsigned j)
{
    return &p->values[opening_id(s, j)];
}

static unsigned lifted_ring(const struct program *p, const struct step *s, unsigned j)
{
    const unsigned magnitude = opening_value(p, s, j)->magnitude, ring = step_out(p, s)->ring;
    const unsigned own = (magnitude > 0 ? magnitude : 1) + 1;
    const unsigned most = (s->operations->widens >> j & 1) != 0 ? s->wide : 0;
    const unsigned wide = ring < most ? ring : most;

    return wide > own ? wide : own;
}

unsigned opening_ring(const struct program *p, const struct step *s, unsigned j)
{

    if (s->operations->opened_bits != NULL) {
        return s->operations->opened_bits(p, s);
    }
    if (!s->operations->lifts) {
        return step_out(p, s)->ring;
    }
    return lifted_ring(p, s, j);
}

static bool is_own(const struct step *s, unsigned j)
{
    return s->opening[j].step == s->index && s->opening[j].item == j;
}

const char *opening_check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (out->kind != VALUE_SHARED) {
        return "the result is shared";
    }
    for (unsigned j = 0; j < opening_count(s); j++) {
        const struct value *x = opening_value(p, s, j);
        if (x->kind == VALUE_BITS || x->kind == VALUE_MASKED) {
            return "what is opened is shared or owned";
        }
        if (s->operations->lifts &&
            (x->kind == VALUE_PROVIDER || x->magnitude > LIFT_MAGNITUDE_MAX)) {
            return "what is lifted is shared or the user's, of a magnitude that is known";
        }
        if (s->operations->lifts && opening_ring(p, s, j) > LIFT_MAGNITUDE_MAX + 1) {
            return "what is lifted is opened in 63 bits at most";
        }
        if (x->kind == VALUE_SHARED && x->ring < opening_ring(p, s, j)) {
            return "an operand's ring is narrower than its opening";
        }
    }
    return NULL;
}

void opening_cost(const struct program *p, const struct step *s, struct step_cost *cost)
{
    cost->correction_bits = packed_cost(step_out(p, s)->dims.count, step_out(p, s)->ring);
    for (unsigned j = 0; j < opening_count(s); j++) {
        const struct value *x = opening_value(p, s, j);
        if (!is_own(s, j)) {
            continue;
        }
        uint64_t bits = packed_cost(x->dims.count, opening_ring(p, s, j));
        if (value_is_held(x, ROLE_PROVIDER)) {
            cost->provider_bits[0] += bits;
        }
        if (value_is_held(x, ROLE_USER)) {
            *(x->is_input_independent ? &cost->offline_bits : &cost->user_bits[0]) += bits;
        }
    }
}

void opening_mask(const struct program *p, const struct randomness *r, enum role role,
                  const struct step *s, unsigned j, size_t first, uint64_t *out, size_t n)
{
    if (value_is_held(opening_value(p, s, j), role)) {
        random_fill_of(r, role, s->opening[j].step, s->opening[j].item, first, out, n);
    } else {
        memset(out, 0, n * sizeof *out);
    }
}

void opening_mask_whole(const struct program *p, const struct randomness *r, const struct step *s,
                        unsigned j, size_t first, uint64_t *out, uint64_t *other, size_t n)
{
    opening_mask(p, r, ROLE_PROVIDER, s, j, first, out, n);
    opening_mask(p, r, ROLE_USER, s, j, first, other, n);
    ring_add(out, out, other, n);
}

/* --- A party's half, and the other's --- */

struct half {
    const struct party *party;
    const struct step *step;
    unsigned operand;
    const uint64_t *x;      /* NULL: zero */
    uint64_t *e;            /* written, or NULL */
    struct packed_array to; /* data NULL: not sent */
};

static void half_block(void *context, size_t first, size_t n, uint64_t (*scratch)[BLOCK_LENGTH])
{
    const struct half *h = context;
    uint64_t *mask = scratch[0], *e = h->e == NULL ? scratch[1] : h->e + first;

    opening_mask(h->party->program, &h->party->random, h->party->role, h->step, h->operand, first,
                 mask, n);
    if (h->x == NULL) {
        memset(e, 0, n * sizeof *e);
        ring_sub(e, e, mask, n);
    } else {
        ring_sub(e, h->x + first, mask, n);
    }
    if (h->to.data != NULL) {
        packed_write(h->to, first, e, n);
    }
}

mpcf_status opening_send_offline(struct party *p, const struct step *s, struct message *out,
                                 mpcf_error *err)
{
    (void) err;
    for (unsigned j = 0; j < opening_count(s); j++) {
        const struct value *x = opening_value(p->program, s, j);
        if (!is_own(s, j) || !x->is_input_independent || !value_is_held(x, ROLE_USER)) {
            continue;
        }
        struct half h = {.party = p, .step = s, .operand = j, .x = p->share[opening_id(s, j)]};
        h.to = message_array(out, x->dims.count, opening_ring(p->program, s, j));
        blocks_for(x->dims.count, half_block, &h);
    }
    return MPCF_OK;
}

mpcf_status opening_send(struct party *p, const struct step *s, unsigned round, struct message *out,
                         mpcf_error *err)
{
    (void) round;
    for (unsigned j = 0; j < opening_count(s); j++) {
        const struct value *x = opening_value(p->program, s, j);
        if (!is_own(s, j)) {
            continue;
        }
        uint64_t *e = share_pool_take(p->pool, x->dims.count);
        if (e == NULL) {
            return mpcf_fail_memory(err, x->dims.count * sizeof *e, "an opening");
        }
        p->opened[s->index][j] = e;
        struct half h = {.party = p, .step = s, .operand = j, .e = e};
        h.x = p->share[opening_id(s, j)];
        if (value_is_held(x, p->role) && !(p->role == ROLE_USER && x->is_input_independent)) {
            h.to = message_array(out, x->dims.count, opening_ring(p->program, s, j));
        }
        blocks_for(x->dims.count, half_block, &h);
    }
    return MPCF_OK;
}

struct other_half {
    struct packed_array from;
    uint64_t *e;
};

static void other_block(void *context, size_t first, size_t n, uint64_t (*scratch)[BLOCK_LENGTH])
{
    const struct other_half *h = context;

    packed_read(h->from, first, scratch[0], n);
    ring_add(h->e + first, h->e + first, scratch[0], n);
}

mpcf_status opening_receive(struct party *p, const struct step *s, unsigned round,
                            struct message *in, mpcf_error *err)
{
    (void) round, (void) err;
    for (unsigned j = 0; j < opening_count(s); j++) {
        const struct value *x = opening_value(p->program, s, j);
        enum role other = p->role == ROLE_PROVIDER ? ROLE_USER : ROLE_PROVIDER;
        if (!is_own(s, j) || !value_is_held(x, other)) {
            continue;
        }
        bool was_sent_offline = other == ROLE_USER && x->is_input_independent;
        struct message *from = was_sent_offline ? &p->offline[s->index] : in;
        struct other_half h = {.e = p->opened[s->index][j]};
        h.from = message_array(from, x->dims.count, opening_ring(p->program, s, j));
        blocks_for(x->dims.count, other_block, &h);
    }
    return MPCF_OK;
}

const uint64_t *opening_get(const struct party *p, const struct step *s, unsigned j)
{
    const uint64_t *e = p->opened[s->opening[j].step][s->opening[j].item];

    assert(e != NULL);
    return e;
}

void opening_release(struct party *p, const struct step *s)
{
    for (unsigned j = 0; j < opening_count(s); j++) {
        const struct opening *o = &s->opening[j];
        assert(p->opened_uses[o->step][o->item] > 0);
        if (--p->opened_uses[o->step][o->item] == 0) {
            share_pool_give(p->pool, p->opened[o->step][o->item]);
            p->opened[o->step][o->item] = NULL;
        }
    }
}
