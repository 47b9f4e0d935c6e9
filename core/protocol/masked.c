/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MASKED: a value made ready for products with the provider's weights.
 *
 * Ideal function: the provider gets x - A modulo 2^k, A uniform from the user's seed (the dealer
 * knows it too). Messages: the user sends x1 - A, k bits an element, one round; before the run
 * where x is input-independent. The provider adds its x0. Leakage: none, A is uniform and used
 * once.
 */
#include <string.h>

#include "protocol/blocks.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);

    if (s->in_count != 1 || out->kind != VALUE_MASKED || out->dims.count != x->dims.count) {
        return "the result is masked and has the operand's shape";
    }
    if (x->kind != VALUE_SHARED && x->kind != VALUE_USER) {
        return "the operand is shared or the user's";
    }
    if (x->kind == VALUE_SHARED && x->ring < out->ring) {
        return "the operand's ring is narrower than the result's";
    }
    return NULL;
}

static unsigned rounds(const struct program *p, const struct step *s)
{
    return step_in(p, s, 0)->is_input_independent ? 0 : 1;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    uint64_t bits = packed_cost(step_out(p, s)->dims.count, step_out(p, s)->ring);

    if (step_in(p, s, 0)->is_input_independent) {
        c->offline_bits = bits;
    } else {
        c->user_bits[0] = bits;
    }
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    memcpy(out, r->x[s->in[0]], step_out(r->program, s)->dims.count * sizeof *out);
    return MPCF_OK;
}

struct masked {
    const struct party *party;
    const struct step *step;
    const uint64_t *x;
    uint64_t *out;
    struct packed_array array;
};

static void send_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct masked *m = context;

    random_fill(&m->party->random, ROLE_USER, m->step, ITEM_MASK_0, first, t[0], n);
    if (m->x == NULL) {
        memset(t[1], 0, n * sizeof t[1][0]);
        ring_sub(t[0], t[1], t[0], n);
    } else {
        ring_sub(t[0], m->x + first, t[0], n);
    }
    packed_write(m->array, first, t[0], n);
}

static void receive_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct masked *m = context;

    (void) t;
    packed_read(m->array, first, m->out + first, n);
    if (m->x != NULL) {
        ring_add(m->out + first, m->out + first, m->x + first, n);
    }
}

static void send_masked(struct party *p, const struct step *s, struct message *out)
{
    const struct value *v = step_out(p->program, s);
    struct masked m = {.party = p, .step = s, .x = party_operand(p, s, 0)};

    m.array = message_array(out, v->dims.count, v->ring);
    blocks_for(v->dims.count, send_block, &m);
}

static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    (void) err;
    if (step_in(p->program, s, 0)->is_input_independent) {
        send_masked(p, s, out);
    }
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    if (p->role == ROLE_USER) {
        send_masked(p, s, out);
    }
    return MPCF_OK;
}

static mpcf_status receive_masked(struct party *p, const struct step *s, struct message *in,
                                  mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct masked m = {.party = p, .step = s, .x = party_operand(p, s, 0)};

    m.array = message_array(in, v->dims.count, v->ring);
    MPCF_TRY(party_result(p, s, &m.out, err));
    blocks_for(v->dims.count, receive_block, &m);
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    (void) round;
    return p->role == ROLE_PROVIDER ? receive_masked(p, s, in, err) : MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    bool was_sent_offline = step_in(p->program, s, 0)->is_input_independent;

    return p->role == ROLE_PROVIDER && was_sent_offline
               ? receive_masked(p, s, &p->offline[s->index], err)
               : MPCF_OK;
}

const struct step_operations step_operations_masked = {
    .independence = INDEPENDENT_ALWAYS,
    .check = check,
    .rounds = rounds,
    .cost = cost,
    .reference = reference,
    .send_offline = send_offline,
    .send = send,
    .receive = receive,
    .compute = compute,
};
