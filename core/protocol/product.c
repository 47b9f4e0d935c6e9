/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PRODUCT: x y elementwise, y of x's shape or one number a row.
 *
 * Ideal function: z = x y modulo 2^k. Messages: openings of e = x - a, f = y - b (opening.h), one
 * round, k bits an element each. Dealer: the user's share of a b, k bits an element of the
 * result. Shares: [a b] + e [b] + f [a], and the provider e f. Leakage: none.
 * Source: Beaver (1991).
 */
#include "protocol/product.h"

#include <string.h>

#include "channel/role.h"
#include "protocol/blocks.h"
#include "protocol/opening.h"
#include "ring/ring.h"

const char *product_check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    size_t x = step_in(p, s, 0)->dims.count, y = step_in(p, s, 1)->dims.count;
    if (x != step_out(p, s)->dims.count || (y != x && y != value_rows(step_in(p, s, 0)))) {
        return "the second operand has the first one's shape, or one number a row";
    }
    return opening_check(p, s);
}

struct product {
    const struct program *program;
    const struct randomness *random;
    const struct step *step;
    enum role role;
    size_t columns;        /* elements of x to one of y */
    const uint64_t *x, *y; /* or e, f */
    uint64_t *out;
    struct packed_array correction;
};

size_t product_range(size_t columns, size_t first, size_t n, size_t *begin)
{
    *begin = first / columns;
    return (first + n - 1) / columns - *begin + 1;
}

void product_spread(size_t columns, size_t first, const uint64_t *y, uint64_t *z, size_t n)
{
    size_t left = columns - first % columns, row = 0;

    if (columns == 1) {
        memcpy(z, y, n * sizeof *z);
        return;
    }
    for (size_t i = 0; i < n; row++, left = columns) {
        const size_t end = left < n - i ? i + left : n;
        for (; i < end; i++) {
            z[i] = y[row];
        }
    }
}

static void spread_mask(const struct product *k, enum role role, size_t first, uint64_t *z,
                        uint64_t *scratch, size_t n)
{
    size_t begin = 0, count = product_range(k->columns, first, n, &begin);

    opening_mask(k->program, k->random, role, k->step, 1, begin, scratch, count);
    product_spread(k->columns, first, scratch, z, n);
}

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct product *k = context;

    product_spread(k->columns, first, k->y + first / k->columns, t[0], n);
    ring_mul(k->out + first, k->x + first, t[0], n);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct product *k = context;

    opening_mask_whole(k->program, k->random, k->step, 0, first, t[0], t[1], n);
    spread_mask(k, ROLE_PROVIDER, first, t[1], t[2], n);
    spread_mask(k, ROLE_USER, first, t[3], t[2], n);
    ring_add(t[1], t[1], t[3], n);
    ring_mul(t[0], t[0], t[1], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[1], n);
    ring_sub(t[0], t[0], t[1], n);
    packed_write(k->correction, first, t[0], n);
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct product *k = context;
    uint64_t *z = k->out + first;
    const uint64_t *e = k->x + first;

    product_spread(k->columns, first, k->y + first / k->columns, t[0], n);
    spread_mask(k, k->role, first, t[1], t[2], n);
    opening_mask(k->program, k->random, k->role, k->step, 0, first, t[2], n);
    if (k->role == ROLE_PROVIDER) {
        random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, z, n);
        ring_add(t[1], t[1], t[0], n); /* e (b + f) */
    } else {
        packed_read(k->correction, first, z, n);
    }
    ring_add_mul(z, e, t[1], n);
    ring_add_mul(z, t[0], t[2], n);
}

size_t product_columns(const struct program *p, const struct step *s)
{
    return step_in(p, s, 0)->dims.count / step_in(p, s, 1)->dims.count;
}

mpcf_status product_reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct product k = {.columns = product_columns(r->program, s)};

    k.x = r->x[s->in[0]];
    k.y = r->x[s->in[1]];
    MPCF_TRY(reference_value(r, s, &k.out, err));
    blocks_for(step_out(r->program, s)->dims.count, reference_block, &k);
    return MPCF_OK;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    const struct value *v = step_out(d->program, s);
    struct product k = {.program = d->program, .random = &d->random, .step = s};
    k.columns = product_columns(d->program, s);
    k.correction = message_array(out, v->dims.count, v->ring);
    blocks_for(v->dims.count, deal_block, &k);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct product k = {.program = p->program, .random = &p->random, .step = s};

    k.role = p->role;
    k.columns = product_columns(p->program, s);
    k.x = opening_get(p, s, 0);
    k.y = opening_get(p, s, 1);
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        k.correction = message_array(&correction, v->dims.count, v->ring);
    }
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(v->dims.count, party_block, &k);
    opening_release(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_product = {
    .opens = 1u << 0 | 1u << 1,
    .check = product_check,
    .rounds = one_round,
    .cost = opening_cost,
    .reference = product_reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = opening_send,
    .receive = opening_receive,
    .compute = compute,
};
