/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LIFT_SELECT: a shared bit times a value, in a ring as wide as one likes, the value opened in its own width.
 *
 * Ideal function: z = b x modulo 2^k, b one row of bits [.., elements], for every |x| < 2^(m-1). Messages: d = b xor rho
 * (whole words) and the opening of x in K = m + 1 bits (opening.h), one round; the user's part of the latter before
 * the run where x is input-independent. With x = C - q, q = r - u v 2^K (lift.h) and b = d + (1 - 2 d) rho
 *     b x = d (C - q) + (1 - 2 d) (C rho - rho r + u 2^K rho v).
 * Dealer: the user's shares of rho and rho r (k bits each), of rho v, w and v (k - K each). Leakage: none, d and e are
 * uniform. Source: lift.h; SELECT.
 */
#include "protocol/select.h"

#include "bits/bits.h"
#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "protocol/lift.h"
#include "ring/ring.h"

/* Bits have no ring of their own. */
static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    return i == 0 ? 0 : opening_ring(p, s, 0);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *out = step_out(p, s);
    const unsigned high = lift_high(p, s, opening_ring(p, s, 0));

    lift_cost(p, s, c);
    c->provider_bits[0] += select_bit_cost(p, s);
    c->user_bits[0] += select_bit_cost(p, s);
    c->correction_bits += packed_cost(out->dims.count, out->ring); /* of rho */
    c->correction_bits += packed_cost(out->dims.count, high);      /* of rho v */
}

struct lift_select {
    struct lift x;
    struct packed_array rho, products, tops; /* of rho r, rho v */
    const uint64_t *bits;                    /* d */
    uint64_t *out;
};

/* The corrections lie one behind the other in M. */
static void place(struct lift_select *k, struct message *m)
{
    const struct value *v = step_out(k->x.program, k->x.step);

    lift_place(&k->x, m);
    k->rho = lift_array(&k->x, m, v->dims.count, v->ring);
    k->products = lift_array(&k->x, m, v->dims.count, v->ring);
    k->tops = lift_array(&k->x, m, v->dims.count, k->x.high);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_select *k = context;
    uint64_t *r = t[0], *rho = t[1], *product = t[2], *other = t[3];

    lift_mask(&k->x, first, r, product, other, n);
    lift_write(&k->x, first, r, product, other, n);
    random_fill_bits(k->x.random, ROLE_PROVIDER, k->x.step, ITEM_BIT, first, rho, n);
    random_fill_bits(k->x.random, ROLE_USER, k->x.step, ITEM_BIT, first, other, n);
    for (size_t i = 0; i < n; i++) {
        rho[i] ^= other[i];
    }
    ring_mul(product, r, rho, n);
    lift_correct(&k->x, ITEM_SHARE, k->products, first, product, other, n);
    for (size_t i = 0; i < n; i++) {
        product[i] = rho[i] & r[i] >> (k->x.opened - 1);
    }
    lift_correct(&k->x, ITEM_CROSS, k->tops, first, product, other, n);
    lift_correct(&k->x, ITEM_BIT_SHARE, k->rho, first, rho, other, n);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct lift_select k = {.x = lift_of(d->program, &d->random, s, ROLE_DEALER, 0)};

    (void) err;
    place(&k, out);
    blocks_for(step_out(d->program, s)->dims.count, deal_block, &k);
    return MPCF_OK;
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_select *k = context;
    const uint64_t opened = k->x.role == ROLE_PROVIDER ? 1 : 0, top = ring_power(k->x.opened);
    uint64_t *z = k->out + first, *c = t[0], *q = t[1], *d = t[2];

    lift_open(&k->x, first, c, q, d, n);
    bit_spread(d, k->bits + first / 64, n);
    lift_share(&k->x, ITEM_BIT_SHARE, k->rho, first, t[3], n);
    lift_share(&k->x, ITEM_SHARE, k->products, first, t[4], n);
    lift_share(&k->x, ITEM_CROSS, k->tops, first, t[5], n);
    for (size_t i = 0; i < n; i++) {
        const uint64_t centre = lift_centre(&k->x, c[i]);
        const uint64_t other = centre * t[3][i] - t[4][i] + lift_below(&k->x, c[i]) * top * t[5][i];
        z[i] = select_share(d[i], opened * centre - q[i], other);
    }
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct lift_select k = {.x = lift_of(p->program, &p->random, s, p->role, 0)};
    struct message none = {0};
    struct message correction = p->role == ROLE_USER ? party_correction(p, s) : none;

    k.x.e = opening_get(p, s, 0);
    k.bits = p->state[s->index];
    place(&k, &correction);
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(step_out(p->program, s)->dims.count, party_block, &k);
    select_end(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_lift_select = {
    .opens = 1u << 1,
    .lifts = true,
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
