/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LIFT_SQUARE: x^2 elementwise in a ring as wide as one likes, x opened in its own width.
 *
 * Ideal function: z = x^2 modulo 2^k, for every |x| < 2^(m-1). Messages: the opening of x in K = m + 1
 * bits (opening.h), one round; the user's part before the run where x is input-independent. With x = C - q
 * (lift.h)
 *     x^2 = C^2 - 2 C q + r^2 + u 2^K v (2^K - 2 r).
 * Dealer: the user's shares of r^2 (k bits), of v (2^K - 2 r), w and v (k - K bits each). Leakage:
 * none, e is uniform. Source: lift.h; Beaver (1991).
 */
#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "protocol/lift.h"
#include "protocol/opened_kernel.h"
#include "protocol/square.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 1 || step_out(p, s)->dims.count != step_in(p, s, 0)->dims.count) {
        return "operand and result have one shape";
    }
    return opening_check(p, s);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    unsigned high = lift_high(p, s, opening_ring(p, s, 0));

    lift_cost(p, s, c);
    c->correction_bits += packed_cost(step_out(p, s)->dims.count, high);
}

struct lift_square {
    struct lift x;
    struct packed_array squares, crosses; /* of r^2, v (2^K - 2 r) */
    uint64_t *out;
};

/* The corrections lie one behind the other in M. */
static void place(struct lift_square *k, struct message *m)
{
    const struct value *v = step_out(k->x.program, k->x.step);

    lift_place(&k->x, m);
    k->squares = lift_array(&k->x, m, v->dims.count, v->ring);
    k->crosses = lift_array(&k->x, m, v->dims.count, k->x.high);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_square *k = context;
    uint64_t *r = t[0], *product = t[1];

    lift_mask(&k->x, first, r, product, t[2], n);
    lift_write(&k->x, first, r, product, t[2], n);
    ring_mul(product, r, r, n);
    lift_correct(&k->x, ITEM_SHARE, k->squares, first, product, t[2], n);
    for (size_t i = 0; i < n; i++) {
        product[i] = ring_power(k->x.opened) - 2 * r[i];
    }
    opened_kernel()->top(product, r, k->x.opened, product, n);
    lift_correct(&k->x, ITEM_CROSS, k->crosses, first, product, t[2], n);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    struct lift_square k = {.x = lift_of(d->program, &d->random, s, ROLE_DEALER, 0)};
    place(&k, out);
    blocks_for(step_out(d->program, s)->dims.count, deal_block, &k);
    return MPCF_OK;
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_square *k = context;
    uint64_t *z = k->out + first, *c = t[0], *q = t[1], *cross = t[2];

    lift_open(&k->x, first, c, q, cross, n);
    lift_share(&k->x, ITEM_SHARE, k->squares, first, z, n);
    lift_share(&k->x, ITEM_CROSS, k->crosses, first, cross, n);
    opened_kernel()->square(z, c, q, cross, k->x.opened, k->x.role == ROLE_PROVIDER ? 1 : 0, n);
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct lift_square k = {.x = lift_of(p->program, &p->random, s, p->role, 0)};
    struct message none = {0};
    struct message correction = p->role == ROLE_USER ? party_correction(p, s) : none;

    k.x.e = opening_get(p, s, 0);
    place(&k, &correction);
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(step_out(p->program, s)->dims.count, party_block, &k);
    opening_release(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_lift_square = {
    .opens = 1u << 0,
    .lifts = true,
    .check = check,
    .ring_needed = lift_ring_needed,
    .rounds = one_round,
    .cost = cost,
    .reference = square_reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = opening_send,
    .receive = opening_receive,
    .compute = compute,
};
