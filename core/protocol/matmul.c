/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MATMUL: batched products of two values, neither of them known to one party as a weight.
 *
 * Ideal function: z = x y modulo 2^k, batch by batch; y may be one matrix for all rows of x.
 * Messages: openings of E = x - A, F = y - B (opening.h), one round, k bits an element of each.
 * Dealer: the user's share of A B, k bits an element of the result. Shares: user C1 + E B1 +
 * A1 F; provider C0 + E (F + B0) + A0 F. Leakage: none. Source: Beaver (1991), on matrices.
 */
#include "base/memory.h"
#include "channel/role.h"
#include "device/ring_products.h"
#include "protocol/blocks.h"
#include "protocol/opening.h"
#include "ring/ring.h"
#include "ring/ring_product.h"

struct matmul_shape {
    size_t batches, rows, depth, columns;
};

static struct matmul_shape shape_of(const struct program *p, const struct step *s)
{
    const size_t *a = step_in(p, s, 0)->dims.dim, *b = step_in(p, s, 1)->dims.dim;
    struct matmul_shape m = {.batches = b[0] * b[1], .depth = a[3]};

    m.rows = step_in(p, s, 0)->dims.count / (m.batches * m.depth);
    m.columns = s->transposed ? b[2] : b[3];
    return m;
}

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const char *broken = opening_check(p, s);
    if (broken != NULL) {
        return broken;
    }
    const struct value *out = step_out(p, s), *a = step_in(p, s, 0), *b = step_in(p, s, 1);
    size_t batches = b->dims.dim[0] * b->dims.dim[1];
    bool same = a->dims.dim[0] == b->dims.dim[0] && a->dims.dim[1] == b->dims.dim[1];
    if (!same && batches != 1) {
        return "outer dimensions are equal, or the second operand is one matrix";
    }
    struct matmul_shape m = shape_of(p, s);
    if (m.depth != b->dims.dim[s->transposed ? 3 : 2] ||
        out->dims.count != m.batches * m.rows * m.columns) {
        return "a [n, k], b [k, m] and the result [n, m] do not agree";
    }
    return NULL;
}

/* Columns of the result are rows of b, or its columns. */
static void axes(const struct program *p, const struct step *s, struct value *out)
{
    const struct value *a = step_in(p, s, 0), *b = step_in(p, s, 1);
    unsigned columns = b->token_axes >> (s->transposed ? 2 : 3) & 1;

    axes_take(out, a->batch_axis, (a->token_axes & 7u) | columns << 3);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    opening_cost(p, s, c);
    c->multiplications = (uint64_t) step_in(p, s, 0)->dims.count * shape_of(p, s).columns;
}

static mpcf_status multiply(struct ring_products *products, const struct program *p,
                            const struct step *s, const uint64_t *a, const uint64_t *b,
                            uint64_t *out, bool accumulate, mpcf_error *err)
{
    struct matmul_shape m = shape_of(p, s);

    if (products != NULL) {
        const struct device_ring_product product = {.rows = m.rows,
                                                    .depth = m.depth,
                                                    .columns = m.columns,
                                                    .count = m.batches,
                                                    .transposed_b = s->transposed,
                                                    .accumulate = accumulate,
                                                    .bits = step_out(p, s)->ring};

        return ring_products_multiply(products, &product, a, b, out, err);
    }
    ring_multiply_batch(a, b, out, m.batches, m.rows, m.depth, m.columns, s->transposed,
                        step_out(p, s)->ring, accumulate);
    return MPCF_OK;
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    return multiply(NULL, r->program, s, r->x[s->in[0]], r->x[s->in[1]], out, false, err);
}

struct matmul {
    const struct program *program;
    const struct randomness *random;
    const struct step *step;
    enum role role;
    unsigned operand;
    const uint64_t *add; /* NULL: none */
    uint64_t *out;
    struct packed_array array;
};

static void whole_mask_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct matmul *k = context;

    opening_mask_whole(k->program, k->random, k->step, k->operand, first, k->out + first, t[0], n);
}

static void mask_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct matmul *k = context;

    (void) t;
    opening_mask(k->program, k->random, k->role, k->step, k->operand, first, k->out + first, n);
    if (k->add != NULL) {
        ring_add(k->out + first, k->out + first, k->add + first, n);
    }
}

static void correct_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct matmul *k = context;

    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, t[0], n);
    ring_sub(t[0], k->out + first, t[0], n);
    packed_write(k->array, first, t[0], n);
}

static void share_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct matmul *k = context;

    (void) t;
    if (k->role == ROLE_PROVIDER) {
        random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_SHARE, first, k->out + first, n);
    } else {
        packed_read(k->array, first, k->out + first, n);
    }
}

/* A matrix of operand J, of the pool, filled by BODY. */
static mpcf_status fill(struct matmul k, unsigned j, block_body *body, struct share_pool *pool,
                        uint64_t **out, mpcf_error *err)
{
    size_t count = step_in(k.program, k.step, j)->dims.count;

    *out = share_pool_take(pool, count);
    if (*out == NULL) {
        return mpcf_fail_memory(err, count * sizeof **out, "a matrix of masks");
    }
    k.operand = j;
    k.out = *out;
    blocks_for(count, body, &k);
    return MPCF_OK;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    const struct value *v = step_out(d->program, s);
    uint64_t *a = NULL, *b = NULL;
    struct matmul k = {.program = d->program, .random = &d->random, .step = s};

    k.out = share_pool_take(d->pool, v->dims.count);
    mpcf_status status = k.out != NULL ? MPCF_OK : mpcf_fail_memory(err, 8 * v->dims.count, "C");
    if (status == MPCF_OK) {
        status = fill(k, 0, whole_mask_block, d->pool, &a, err);
    }
    if (status == MPCF_OK) {
        status = fill(k, 1, whole_mask_block, d->pool, &b, err);
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

/* out += E (B_i [+ F]) + A_i F. */
static mpcf_status add_products(struct party *p, const struct step *s, struct matmul k,
                                mpcf_error *err)
{
    const uint64_t *e = opening_get(p, s, 0), *f = opening_get(p, s, 1);
    uint64_t *mask = NULL;
    bool provides = p->role == ROLE_PROVIDER;

    if (provides || value_is_held(step_in(p->program, s, 1), p->role)) {
        struct matmul right = k;
        right.add = provides ? f : NULL;
        MPCF_TRY(fill(right, 1, mask_block, p->pool, &mask, err));
        mpcf_status status = multiply(p->products, p->program, s, e, mask, k.out, true, err);
        share_pool_give(p->pool, mask);
        MPCF_TRY(status);
    }
    if (value_is_held(step_in(p->program, s, 0), p->role)) {
        MPCF_TRY(fill(k, 0, mask_block, p->pool, &mask, err));
        mpcf_status status = multiply(p->products, p->program, s, mask, f, k.out, true, err);
        share_pool_give(p->pool, mask);
        MPCF_TRY(status);
    }
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct matmul k = {.program = p->program, .random = &p->random, .step = s, .role = p->role};

    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        k.array = message_array(&correction, v->dims.count, v->ring);
    }
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(v->dims.count, share_block, &k);
    MPCF_TRY(add_products(p, s, k, err));
    opening_release(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_matmul = {
    .opens = 1u << 0 | 1u << 1,
    .check = check,
    .rounds = one_round,
    .axes = axes,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = opening_send,
    .receive = opening_receive,
    .compute = compute,
};
