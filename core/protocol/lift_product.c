/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LIFT_PRODUCT: x y elementwise in a ring as wide as one likes, y of x's shape or one number a row, both
 * opened in their own widths.
 *
 * Ideal function: z = x y modulo 2^k, for all |x| < 2^(m-1), |y| < 2^(m'-1). Messages: the openings of x in K =
 * m + 1 bits and of y in K' = m' + 1 (opening.h), one round; the user's parts before the run where an operand is
 * input-independent. With x = C - q, y = C' - q' (lift.h)
 *     x y = C C' - C q' - C' q + r r' - u 2^K v r' - u' 2^K' v' r + u u' 2^(K+K') v v'.
 * Dealer: the user's shares of r r' (k bits), v r' (k - K), v' r (k - K'), v v' (k - K - K'), and w and v of
 * each operand. Leakage: none, the opened numbers are uniform. Source: lift.h; Beaver (1991).
 */
#include "base/memory.h"
#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "protocol/lift.h"
#include "protocol/opened_kernel.h"
#include "protocol/product.h"
#include "ring/ring.h"

enum { CROSSES = 4 };

/* By what power of two each of r r', v r', v' r, v v' is multiplied. */
static void powers(const struct program *p, const struct step *s, unsigned power[CROSSES])
{
    power[0] = 0;
    power[1] = opening_ring(p, s, 0);
    power[2] = opening_ring(p, s, 1);
    power[3] = power[1] + power[2];
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    unsigned power[CROSSES];

    lift_cost(p, s, c);
    powers(p, s, power);
    for (size_t i = 1; i < CROSSES; i++) {
        c->correction_bits += packed_cost(step_out(p, s)->dims.count, lift_high(p, s, power[i]));
    }
}

struct lift_product {
    struct lift x, y;
    size_t columns; /* elements of x to one of y */
    struct packed_array cross[CROSSES];
    unsigned power[CROSSES];
    uint64_t *c, *q; /* of y: c' and the share of q' */
    uint64_t *out;
};

static struct lift_product product_of(const struct program *p, const struct randomness *r,
                                      const struct step *s, enum role role)
{
    struct lift_product k = {.x = lift_of(p, r, s, role, 0), .y = lift_of(p, r, s, role, 1)};

    k.columns = product_columns(p, s);
    powers(p, s, k.power);
    return k;
}

/* The corrections lie one behind the other in M. */
static void place(struct lift_product *k, struct message *m)
{
    const struct program *p = k->x.program;
    size_t count = step_out(p, k->x.step)->dims.count;

    lift_place(&k->x, m);
    lift_place(&k->y, m);
    for (size_t i = 0; i < CROSSES; i++) {
        k->cross[i] = lift_array(&k->x, m, count, lift_high(p, k->x.step, k->power[i]));
    }
}

/* --- Dealer --- */

static void deal_y_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_product *k = context;

    lift_mask(&k->y, first, t[0], t[1], t[2], n);
    lift_write(&k->y, first, t[0], t[1], t[2], n);
}

/* r', once for each of x's elements; where y has as many, its corrections on the way. */
static void spread_mask(const struct lift_product *k, size_t first, uint64_t *r, uint64_t *other,
                        uint64_t *third, size_t n)
{
    size_t begin = 0, count = product_range(k->columns, first, n, &begin);

    if (k->columns == 1) {
        lift_mask(&k->y, first, r, other, third, n);
        lift_write(&k->y, first, r, other, third, n);
        return;
    }

    lift_mask(&k->y, begin, other, r, third, count);
    product_spread(k->columns, first, other, r, n);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_product *k = context;
    uint64_t *r = t[0], *s = t[1], *product = t[2];

    lift_mask(&k->x, first, r, product, t[3], n);
    lift_write(&k->x, first, r, product, t[3], n);
    spread_mask(k, first, s, product, t[3], n);
    ring_mul(product, r, s, n);
    lift_correct(&k->x, ITEM_SHARE, k->cross[0], first, product, t[3], n);
    opened_kernel()->top(product, r, k->x.opened, s, n);
    lift_correct(&k->x, ITEM_CROSS, k->cross[1], first, product, t[3], n);
    opened_kernel()->top(product, s, k->y.opened, r, n);
    lift_correct(&k->x, ITEM_CROSS + 1, k->cross[2], first, product, t[3], n);
    opened_kernel()->top(product, s, k->y.opened, NULL, n);
    opened_kernel()->top(product, r, k->x.opened, product, n);
    lift_correct(&k->x, ITEM_CROSS + 2, k->cross[3], first, product, t[3], n);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    struct lift_product k = product_of(d->program, &d->random, s, ROLE_DEALER);
    place(&k, out);
    if (k.columns > 1) {
        blocks_for(step_in(d->program, s, 1)->dims.count, deal_y_block, &k);
    }
    blocks_for(step_out(d->program, s)->dims.count, deal_block, &k);
    return MPCF_OK;
}

/* --- Parties --- */

static void open_y_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_product *k = context;

    lift_open(&k->y, first, k->c + first, k->q + first, t[0], n);
}

/* C' and q' of each of x's elements. */
static void spread_opened(const struct lift_product *k, size_t first, uint64_t *d, uint64_t *p,
                          uint64_t *other, size_t n)
{
    if (k->columns == 1) {
        lift_open(&k->y, first, d, p, other, n);
        return;
    }
    product_spread(k->columns, first, k->c + first / k->columns, d, n);
    product_spread(k->columns, first, k->q + first / k->columns, p, n);
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct lift_product *k = context;
    uint64_t *z = k->out + first, *c = t[0], *q = t[1], *d = t[2], *p = t[3], *cross = t[4];
    uint64_t *const crosses[] = {cross, p, q};
    const struct opened_product form = {
        .opened = {k->x.opened, k->y.opened},
        .provides = k->x.role == ROLE_PROVIDER ? 1 : 0,
        .power = {ring_power(k->power[1]), ring_power(k->power[2]), ring_power(k->power[3])}};

    lift_open(&k->x, first, c, q, cross, n);
    spread_opened(k, first, d, p, cross, n);
    lift_share(&k->x, ITEM_SHARE, k->cross[0], first, z, n);
    opened_kernel()->product(&form, z, c, q, d, p, n);
    lift_share(&k->x, ITEM_CROSS, k->cross[1], first, cross, n);
    lift_share(&k->x, ITEM_CROSS + 1, k->cross[2], first, p, n);
    lift_share(&k->x, ITEM_CROSS + 2, k->cross[3], first, q, n);
    opened_kernel()->crosses(&form, z, c, d, crosses, n);
}

/* C' and q' of all of y, where rows of it are read by elements of x anywhere. */
static mpcf_status open_y(struct party *p, struct lift_product *k, mpcf_error *err)
{
    size_t count = step_in(p->program, k->y.step, 1)->dims.count;

    if (k->columns == 1) {
        return MPCF_OK; /* on the way */
    }
    k->c = share_pool_take(p->pool, count);
    k->q = share_pool_take(p->pool, count);
    if (k->c == NULL || k->q == NULL) {
        return mpcf_fail_memory(err, 2 * count * sizeof *k->c, "a lifted operand");
    }
    blocks_for(count, open_y_block, k);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct lift_product k = product_of(p->program, &p->random, s, p->role);
    struct message none = {0};
    struct message correction = p->role == ROLE_USER ? party_correction(p, s) : none;

    place(&k, &correction);
    k.x.e = opening_get(p, s, 0);
    k.y.e = opening_get(p, s, 1);
    mpcf_status status = open_y(p, &k, err);
    if (status == MPCF_OK) {
        status = party_result(p, s, &k.out, err);
    }
    if (status == MPCF_OK) {
        blocks_for(step_out(p->program, s)->dims.count, party_block, &k);
        opening_release(p, s);
    }
    share_pool_give(p->pool, k.c);
    share_pool_give(p->pool, k.q);
    return status;
}

const struct step_operations step_operations_lift_product = {
    .opens = 1u << 0 | 1u << 1,
    .lifts = true,
    .widens = 1u << 1,
    .check = product_check,
    .ring_needed = lift_ring_needed,
    .rounds = one_round,
    .cost = cost,
    .reference = product_reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = opening_send,
    .receive = opening_receive,
    .compute = compute,
};
