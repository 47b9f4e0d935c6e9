/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQUARE: x^2 elementwise.
 *
 * Ideal function: z = x^2 modulo 2^k. Messages: the opening of e = x - a (opening.h), one round, k
 * bits an element. Dealer: the user's share of a^2, k bits. Shares: [a^2] + 2 e [a], and the
 * provider e^2. Leakage: none. Source: Beaver (1991), with equal operands.
 */
#include "protocol/square.h"

#include "channel/role.h"
#include "protocol/blocks.h"
#include "protocol/opening.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 1 || step_out(p, s)->dims.count != step_in(p, s, 0)->dims.count) {
        return "operand and result have one shape";
    }
    return opening_check(p, s);
}

struct square {
    const struct program *program;
    const struct randomness *random;
    const struct step *step;
    enum role role;
    const uint64_t *x; /* or e */
    uint64_t *out;
    struct packed_array correction;
};

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct square *k = context;

    (void) t;
    ring_mul(k->out + first, k->x + first, k->x + first, n);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct square *k = context;

    opening_mask_whole(k->program, k->random, k->step, 0, first, t[0], t[1], n);
    ring_mul(t[0], t[0], t[0], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[1], n);
    ring_sub(t[0], t[0], t[1], n);
    packed_write(k->correction, first, t[0], n);
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct square *k = context;
    uint64_t *z = k->out + first;
    const uint64_t *e = k->x + first;

    opening_mask(k->program, k->random, k->role, k->step, 0, first, t[0], n);
    ring_add(t[0], t[0], t[0], n);
    if (k->role == ROLE_PROVIDER) {
        random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, z, n);
        ring_add(t[0], t[0], e, n); /* e (2 a + e) */
    } else {
        packed_read(k->correction, first, z, n);
    }
    ring_add_mul(z, e, t[0], n);
}

mpcf_status square_reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct square k = {.x = r->x[s->in[0]]};

    MPCF_TRY(reference_value(r, s, &k.out, err));
    blocks_for(step_out(r->program, s)->dims.count, reference_block, &k);
    return MPCF_OK;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    const struct value *v = step_out(d->program, s);
    struct square k = {.program = d->program, .random = &d->random, .step = s};
    k.correction = message_array(out, v->dims.count, v->ring);
    blocks_for(v->dims.count, deal_block, &k);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct square k = {.program = p->program, .random = &p->random, .step = s};

    k.role = p->role;
    k.x = opening_get(p, s, 0);
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        k.correction = message_array(&correction, v->dims.count, v->ring);
    }
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(v->dims.count, party_block, &k);
    opening_release(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_square = {
    .opens = 1u << 0,
    .check = check,
    .rounds = one_round,
    .cost = opening_cost,
    .reference = square_reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = opening_send,
    .receive = opening_receive,
    .compute = compute,
};
