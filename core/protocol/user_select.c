/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_SELECT: a shared value times bits that the user knows.
 *
 * Ideal function: z = m x modulo 2^k, x shared [.., r, c], m the user's 0 or 1, one for many
 * elements (read through views[1]). The user does m x1 alone; m x0 is a product of one number
 * of each: masks a of x0 (provider's seed) and b of m (user's seed), messages e = x0 - a
 * (k bits an element) from the provider and f = m - b (k bits a bit of m) from the user, one
 * round. Dealer: the user's share of a b, k bits an element.
 * Shares: provider f a + c0; user m (x1 + e) + c1. The sum is m x1 + m (x0 - a) + (m - b) a + a b.
 * Leakage: none.
 */
#include <string.h>

#include "base/memory.h"
#include "protocol/blocks.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0), *m = step_in(p, s, 1);
    if (out->kind != VALUE_SHARED || x->kind != VALUE_SHARED || x->ring < out->ring) {
        return "result and first operand are shared, the latter in the same ring or a wider one";
    }
    if (m->kind != VALUE_USER || m->fraction != 0) {
        return "the second operand is the user's 0 or 1";
    }
    size_t last = s->views[1].first;
    for (unsigned i = 0; i < MPCF_RANK_MAX; i++) {
        last += (out->dims.dim[i] - 1) * s->views[1].stride[i];
    }
    return out->dims.count == x->dims.count && last < m->dims.count
               ? NULL
               : "shapes do not agree, or the view reads outside its operand";
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *out = step_out(p, s);

    c->provider_bits[0] = packed_cost(out->dims.count, out->ring);
    c->user_bits[0] = packed_cost(step_in(p, s, 1)->dims.count, out->ring);
    c->correction_bits = packed_cost(out->dims.count, out->ring);
}

struct user_select {
    const struct party *party;
    const struct randomness *random;
    const struct step *step;
    const struct dims *dims;
    const uint64_t *x, *m; /* m: or its mask b, or f */
    uint64_t *out;
    struct packed_array to, from;
};

/* m for N elements from FIRST on. */
static void spread(const struct user_select *k, size_t first, uint64_t *out, size_t n)
{
    const size_t *dim = k->dims->dim;
    const struct view *v = &k->step->views[1];

    for (size_t i = 0; i < n; i++) {
        size_t e = first + i;
        size_t i3 = e % dim[3], row = e / dim[3];
        size_t i2 = row % dim[2], i1 = row / dim[2] % dim[1], i0 = row / dim[2] / dim[1];
        out[i] = k->m[v->first + i0 * v->stride[0] + i1 * v->stride[1] + i2 * v->stride[2] +
                      i3 * v->stride[3]];
    }
}

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_select *k = context;

    spread(k, first, t[0], n);
    ring_mul(k->out + first, k->x + first, t[0], n);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(r->program, s);
    struct user_select k = {.step = s, .dims = &v->dims, .x = r->x[s->in[0]]};

    k.m = r->x[s->in[1]];
    MPCF_TRY(reference_value(r, s, &k.out, err));
    blocks_for(v->dims.count, reference_block, &k);
    return MPCF_OK;
}

/* --- Dealer --- */

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_select *k = context;

    spread(k, first, t[0], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_MASK_0, first, t[1], n);
    ring_mul(t[0], t[0], t[1], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[1], n);
    ring_sub(t[0], t[0], t[1], n);
    packed_write(k->to, first, t[0], n);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    const struct value *v = step_out(d->program, s);
    size_t bits = step_in(d->program, s, 1)->dims.count;
    uint64_t *b = share_pool_take(d->pool, bits);

    if (b == NULL) {
        return mpcf_fail_memory(err, bits * sizeof *b, "masks");
    }
    random_fill(&d->random, ROLE_USER, s, ITEM_MASK_1, 0, b, bits);
    struct user_select k = {.random = &d->random, .step = s, .dims = &v->dims, .m = b};
    k.to = message_array(out, v->dims.count, v->ring);
    blocks_for(v->dims.count, deal_block, &k);
    share_pool_give(d->pool, b);
    return MPCF_OK;
}

/* --- Parties --- */

static void send_provider_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_select *k = context;

    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_MASK_0, first, t[0], n);
    memset(t[1], 0, n * sizeof t[1][0]);
    ring_sub(t[0], k->x == NULL ? t[1] : k->x + first, t[0], n);
    packed_write(k->to, first, t[0], n);
}

static void send_user_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_select *k = context;

    random_fill(k->random, ROLE_USER, k->step, ITEM_MASK_1, first, t[0], n);
    ring_sub(t[0], k->m + first, t[0], n);
    packed_write(k->to, first, t[0], n);
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    bool provides = p->role == ROLE_PROVIDER;
    const struct value *v = step_out(p->program, s);
    size_t count = provides ? v->dims.count : step_in(p->program, s, 1)->dims.count;
    struct user_select k = {.random = &p->random, .step = s, .x = party_operand(p, s, 0)};
    k.m = party_operand(p, s, 1);
    k.to = message_array(out, count, v->ring);
    blocks_for(count, provides ? send_provider_block : send_user_block, &k);
    return MPCF_OK;
}

static void finish_provider_block(void *context, size_t first, size_t n,
                                  uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_select *k = context;

    spread(k, first, t[0], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_MASK_0, first, t[1], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, k->out + first, n);
    ring_add_mul(k->out + first, t[0], t[1], n);
}

static void finish_user_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_select *k = context;
    struct message correction = party_correction(k->party, k->step);
    struct packed_array c = message_array(&correction, k->dims->count, k->from.bits);

    spread(k, first, t[0], n);
    packed_read(k->from, first, t[1], n);
    if (k->x != NULL) {
        ring_add(t[1], t[1], k->x + first, n);
    }
    packed_read(c, first, k->out + first, n);
    ring_add_mul(k->out + first, t[0], t[1], n);
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    (void) round;
    const struct value *v = step_out(p->program, s);
    size_t bits = step_in(p->program, s, 1)->dims.count;
    struct user_select k = {.party = p, .random = &p->random, .step = s, .dims = &v->dims};
    MPCF_TRY(party_result(p, s, &k.out, err));
    if (p->role == ROLE_USER) {
        k.x = party_operand(p, s, 0);
        k.m = party_operand(p, s, 1);
        k.from = message_array(in, v->dims.count, v->ring);
        blocks_for(v->dims.count, finish_user_block, &k);
        return MPCF_OK;
    }
    uint64_t *f = share_pool_take(p->pool, bits);
    if (f == NULL) {
        return mpcf_fail_memory(err, bits * sizeof *f, "an opening");
    }
    packed_read(message_array(in, bits, v->ring), 0, f, bits);
    k.m = f;
    blocks_for(v->dims.count, finish_provider_block, &k);
    share_pool_give(p->pool, f);
    return MPCF_OK;
}

const struct step_operations step_operations_user_select = {
    .check = check,
    .rounds = one_round,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send = send,
    .receive = receive,
};
