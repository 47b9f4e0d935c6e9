/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_MATMUL: a matrix that the user knows times a shared one.
 *
 * Ideal function: z = s y modulo 2^k, s the user's own, y = y0 + y1 shared; y may be one matrix for
 * several matrices s. The user does s y1 alone. s y0 is a product of one matrix of each: masks a of s
 * (user's seed) and b of y0 (provider's seed), messages e = s - a (k bits an element of s) from the user
 * and f = y0 - b (k bits an element of y) from the provider, one round. Dealer: the user's share of
 * a b, k bits an element of the result.
 * Shares: provider e b + c0; user s (f + y1) + c1. The sum is s y1 + s (y0 - b) + (s - a) b + a b.
 * Against MATMUL the user's part of the opening of y falls away. Leakage: none, e and f are uniform.
 * Source: Beaver (1991), with one owner for each factor, as USER_SELECT.
 */
#include <string.h>

#include "base/memory.h"
#include "channel/role.h"
#include "device/ring_products.h"
#include "protocol/blocks.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"
#include "ring/ring_product.h"

struct shape {
    size_t batches, rows, depth, columns;
};

static struct shape shape_of(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0), *y = step_in(p, s, 1);
    struct shape m = {.batches = y->dims.dim[0] * y->dims.dim[1], .depth = x->dims.dim[3]};

    m.rows = value_rows(x) / m.batches;
    m.columns = y->dims.dim[3];
    return m;
}

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0), *y = step_in(p, s, 1);
    if (out->kind != VALUE_SHARED || y->kind != VALUE_SHARED || y->ring < out->ring) {
        return "result and second operand are shared, the latter in the same ring or a wider one";
    }
    if (x->kind != VALUE_USER) {
        return "the first operand is the user's";
    }
    const struct shape m = shape_of(p, s);
    if (m.depth != y->dims.dim[2] || m.batches * m.rows != value_rows(x) ||
        out->dims.count != m.batches * m.rows * m.columns) {
        return "s [n, k], y [k, m] and the result [n, m] do not agree";
    }
    return NULL;
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    axes_take(out, step_in(p, s, 0)->batch_axis, step_in(p, s, 0)->token_axes & 7u);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const unsigned ring = step_out(p, s)->ring;

    c->user_bits[0] = packed_cost(step_in(p, s, 0)->dims.count, ring);
    c->provider_bits[0] = packed_cost(step_in(p, s, 1)->dims.count, ring);
    c->correction_bits = packed_cost(step_out(p, s)->dims.count, ring);
    c->multiplications = (uint64_t) step_in(p, s, 0)->dims.count * step_out(p, s)->dims.dim[3];
}

static mpcf_status multiply(struct ring_products *products, const struct program *p,
                            const struct step *s, const uint64_t *x, const uint64_t *y,
                            uint64_t *out, bool accumulate, mpcf_error *err)
{
    const struct shape m = shape_of(p, s);

    if (products != NULL) {
        const struct device_ring_product product = {.rows = m.rows,
                                                    .depth = m.depth,
                                                    .columns = m.columns,
                                                    .count = m.batches,
                                                    .accumulate = accumulate,
                                                    .bits = step_out(p, s)->ring};

        return ring_products_multiply(products, &product, x, y, out, err);
    }
    ring_multiply_batch(x, y, out, m.batches, m.rows, m.depth, m.columns, false,
                        step_out(p, s)->ring, accumulate);
    return MPCF_OK;
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    return multiply(NULL, r->program, s, r->x[s->in[0]], r->x[s->in[1]], out, false, err);
}

/* --- By blocks --- */

struct user_matmul {
    const struct randomness *random;
    const struct step *step;
    enum role role; /* whose stream */
    unsigned item;
    const uint64_t *x; /* NULL: zeros */
    uint64_t *out;
    struct packed_array array;
};

static enum role owner_of(unsigned operand)
{
    return operand == 0 ? ROLE_USER : ROLE_PROVIDER;
}

static void random_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_matmul *k = context;

    (void) t;
    random_fill(k->random, k->role, k->step, k->item, first, k->out + first, n);
}

static void correct_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_matmul *k = context;

    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[0], n);
    ring_sub(t[0], k->out + first, t[0], n);
    packed_write(k->array, first, t[0], n);
}

static void send_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_matmul *k = context;

    random_fill(k->random, k->role, k->step, k->item, first, t[0], n);
    memset(t[1], 0, n * sizeof t[1][0]);
    ring_sub(t[0], k->x == NULL ? t[1] : k->x + first, t[0], n);
    packed_write(k->array, first, t[0], n);
}

/* What arrived, and X. */
static void receive_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct user_matmul *k = context;

    (void) t;
    packed_read(k->array, first, k->out + first, n);
    if (k->x != NULL) {
        ring_add(k->out + first, k->out + first, k->x + first, n);
    }
}

/* A matrix of operand J, of the pool, filled by BODY. */
static mpcf_status fill(struct user_matmul k, const struct program *p, unsigned j, block_body *body,
                        struct share_pool *pool, uint64_t **out, mpcf_error *err)
{
    const size_t count = step_in(p, k.step, j)->dims.count;

    *out = share_pool_take(pool, count);
    if (*out == NULL) {
        return mpcf_fail_memory(err, count * sizeof **out, "a matrix of masks");
    }
    k.role = owner_of(j);
    k.item = j == 0 ? ITEM_MASK_0 : ITEM_MASK_1;
    k.out = *out;
    blocks_for(count, body, &k);
    return MPCF_OK;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    const struct value *v = step_out(d->program, s);
    uint64_t *a = NULL, *b = NULL;
    struct user_matmul k = {.random = &d->random, .step = s};

    k.out = share_pool_take(d->pool, v->dims.count);
    mpcf_status status = k.out != NULL ? MPCF_OK : mpcf_fail_memory(err, 8 * v->dims.count, "C");
    if (status == MPCF_OK) {
        status = fill(k, d->program, 0, random_block, d->pool, &a, err);
    }
    if (status == MPCF_OK) {
        status = fill(k, d->program, 1, random_block, d->pool, &b, err);
    }
    if (status == MPCF_OK) {
        status = multiply(d->products, d->program, s, a, b, k.out, false, err);
    }
    if (status == MPCF_OK) {
        k.array = message_array(out, v->dims.count, v->ring);
        blocks_for(v->dims.count, correct_block, &k);
    }
    share_pool_give(d->pool, a);
    share_pool_give(d->pool, b);
    share_pool_give(d->pool, k.out);
    return status;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    const unsigned own = p->role == ROLE_USER ? 0 : 1;
    const size_t count = step_in(p->program, s, own)->dims.count;
    struct user_matmul k = {.random = &p->random, .step = s, .role = p->role};

    k.item = own == 0 ? ITEM_MASK_0 : ITEM_MASK_1;
    k.x = party_operand(p, s, own);
    k.array = message_array(out, count, step_out(p->program, s)->ring);
    blocks_for(count, send_block, &k);
    return MPCF_OK;
}

/* The provider: e b + c0. */
static mpcf_status finish_provider(struct party *p, struct user_matmul k, struct message *in,
                                   mpcf_error *err)
{
    const struct value *v = step_out(p->program, k.step);
    uint64_t *e = NULL, *b = NULL;

    k.role = ROLE_PROVIDER;
    k.item = ITEM_SHARE;
    blocks_for(v->dims.count, random_block, &k);
    k.array = message_array(in, step_in(p->program, k.step, 0)->dims.count, v->ring);
    mpcf_status status = fill(k, p->program, 0, receive_block, p->pool, &e, err);
    if (status == MPCF_OK) {
        status = fill(k, p->program, 1, random_block, p->pool, &b, err);
    }
    if (status == MPCF_OK) {
        status = multiply(p->products, p->program, k.step, e, b, k.out, true, err);
    }
    share_pool_give(p->pool, e);
    share_pool_give(p->pool, b);
    return status;
}

/* The user: s (f + y1) + c1. */
static mpcf_status finish_user(struct party *p, struct user_matmul k, struct message *in,
                               mpcf_error *err)
{
    const struct value *v = step_out(p->program, k.step);
    struct message correction = party_correction(p, k.step);
    uint64_t *y = NULL;

    k.array = message_array(&correction, v->dims.count, v->ring);
    blocks_for(v->dims.count, receive_block, &k);
    k.x = party_operand(p, k.step, 1);
    k.array = message_array(in, step_in(p->program, k.step, 1)->dims.count, v->ring);
    MPCF_TRY(fill(k, p->program, 1, receive_block, p->pool, &y, err));
    mpcf_status status =
        multiply(p->products, p->program, k.step, party_operand(p, k.step, 0), y, k.out, true, err);
    share_pool_give(p->pool, y);
    return status;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    (void) round;
    struct user_matmul k = {.random = &p->random, .step = s};

    MPCF_TRY(party_result(p, s, &k.out, err));
    return p->role == ROLE_USER ? finish_user(p, k, in, err) : finish_provider(p, k, in, err);
}

const struct step_operations step_operations_user_matmul = {
    .check = check,
    .rounds = one_round,
    .axes = axes,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send = send,
    .receive = receive,
};
