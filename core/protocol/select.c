/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SELECT: a shared bit times a value.
 *
 * Ideal function: z = b x modulo 2^k, b one row of bits [.., elements]. Messages: d = b xor rho
 * (whole words) and e = x - a (opening.h), one round. Dealer: the user's shares of rho and rho a,
 * 2 k bits an element. With b = d + (1 - 2 d) rho: shares d [a] + (1 - 2 d) (e [rho] + [rho a]),
 * and the provider d e. Leakage: none.
 */
#include "protocol/select.h"

#include "bits/bits.h"
#include "channel/role.h"
#include "protocol/bits.h"
#include "protocol/blocks.h"
#include "protocol/opening.h"
#include "ring/ring.h"

const char *select_check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const struct value *b = step_in(p, s, 0), *x = step_in(p, s, 1);
    if (b->kind != VALUE_BITS) {
        return "the first operand is bits";
    }
    if (s->row >= value_rows(b) || bits_elements(b) != x->dims.count ||
        step_out(p, s)->dims.count != x->dims.count) {
        return "one row of bits has as many as the operand and the result";
    }
    return opening_check(p, s);
}

/* Bits have no ring of their own. */
static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    return i == 0 ? 0 : step_out(p, s)->ring;
}

void select_axes(const struct program *p, const struct step *s, struct value *out)
{
    axes_take_of(step_in(p, s, 1), out);
}

uint64_t select_bit_cost(const struct program *p, const struct step *s)
{
    return packed_cost(bits_words(step_in(p, s, 0)), 64);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *out = step_out(p, s);

    opening_cost(p, s, c);
    c->provider_bits[0] += select_bit_cost(p, s);
    c->user_bits[0] += select_bit_cost(p, s);
    c->correction_bits += packed_cost(out->dims.count, out->ring); /* of rho */
}

struct select {
    const struct program *program;
    const struct randomness *random;
    const struct step *step;
    enum role role;
    const uint64_t *x, *bits; /* or e, d */
    uint64_t *out;
    struct packed_array rho, product;
};

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct select *k = context;

    bit_spread(t[0], k->bits + first / 64, n);
    ring_mul(k->out + first, k->x + first, t[0], n);
}

mpcf_status select_reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const size_t words = bits_words(step_in(r->program, s, 0));
    struct select k = {.bits = r->x[s->in[0]] + s->row * words, .x = r->x[s->in[1]]};

    MPCF_TRY(reference_value(r, s, &k.out, err));
    blocks_for(step_out(r->program, s)->dims.count, reference_block, &k);
    return MPCF_OK;
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct select *k = context;

    random_fill_bits(k->random, ROLE_PROVIDER, k->step, ITEM_BIT, first, t[0], n);
    random_fill_bits(k->random, ROLE_USER, k->step, ITEM_BIT, first, t[1], n);
    for (size_t i = 0; i < n; i++) {
        t[0][i] ^= t[1][i];
    }
    opening_mask_whole(k->program, k->random, k->step, 0, first, t[1], t[2], n);
    ring_mul(t[1], t[1], t[0], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_BIT_SHARE, first, t[2], n);
    ring_sub(t[0], t[0], t[2], n);
    packed_write(k->rho, first, t[0], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[2], n);
    ring_sub(t[1], t[1], t[2], n);
    packed_write(k->product, first, t[1], n);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    const struct value *v = step_out(d->program, s);
    struct select k = {.program = d->program, .random = &d->random, .step = s};
    k.rho = message_array(out, v->dims.count, v->ring);
    k.product = message_array(out, v->dims.count, v->ring);
    blocks_for(v->dims.count, deal_block, &k);
    return MPCF_OK;
}

mpcf_status select_send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    uint64_t *own = NULL;
    size_t words = bits_words(step_in(p->program, s, 0));
    const uint64_t *bits = party_operand(p, s, 0);

    bits = bits == NULL ? NULL : bits + s->row * words;
    MPCF_TRY(bits_open_send(p, s, bits, words, &own, out, err));
    p->state[s->index] = own;
    return opening_send(p, s, round, out, err);
}

mpcf_status select_receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    bits_open_receive(p->state[s->index], bits_words(step_in(p->program, s, 0)), in);
    return opening_receive(p, s, round, in, err);
}

void select_end(struct party *p, const struct step *s)
{
    share_pool_give(p->pool, p->state[s->index]);
    p->state[s->index] = NULL;
    opening_release(p, s);
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct select *k = context;
    bool provides = k->role == ROLE_PROVIDER;
    const uint64_t *e = k->x + first;

    bit_spread(t[0], k->bits + first / 64, n);
    opening_mask(k->program, k->random, k->role, k->step, 0, first, t[1], n);
    if (provides) {
        random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_BIT_SHARE, first, t[2], n);
        random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[3], n);
    } else {
        packed_read(k->rho, first, t[2], n);
        packed_read(k->product, first, t[3], n);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t d = t[0][i], opened = provides ? e[i] : 0;
        k->out[first + i] = select_share(d, t[1][i] + opened, e[i] * t[2][i] + t[3][i]);
    }
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct select k = {.program = p->program, .random = &p->random, .step = s, .role = p->role};

    k.x = opening_get(p, s, 0);
    k.bits = p->state[s->index];
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        k.rho = message_array(&correction, v->dims.count, v->ring);
        k.product = message_array(&correction, v->dims.count, v->ring);
    }
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(v->dims.count, party_block, &k);
    select_end(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_select = {
    .opens = 1u << 1,
    .check = select_check,
    .ring_needed = ring_needed,
    .rounds = one_round,
    .axes = select_axes,
    .cost = cost,
    .reference = select_reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = select_send,
    .receive = select_receive,
    .compute = compute,
};
