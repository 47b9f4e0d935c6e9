/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LINEAR: a masked value times a matrix of the provider.
 *
 * Ideal function: y = x W' modulo 2^k, x [rows, i], W [o, i] (or [i, o]).
 * Once a session: the provider sends D = W - B, B uniform from the weight seed (masked_weights.h).
 * Of each inference: dealer C = A B = C0 + C1, C0 from the provider's seed, C1 to the user (k bits
 * an element of the result). The provider has x - A from MASKED.
 * Shares: provider (x - A) W + C0; user A D + C1, before the run. The sum is x W - A W + A W.
 * Messages 0, rounds 0. Leakage: none; C0 is used once (two runs under one C0 give the user
 * (A - A') B).
 */
#include <assert.h>

#include "base/memory.h"
#include "channel/role.h"
#include "protocol/blocks.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "ring/ring.h"
#include "ring/ring_product.h"

#define LIMB_BITS 52 /* of the product kernels of one multiplication (IFMA) */

/* X [rows, depth]; the result [rows, columns]. */
static void linear_shape(const struct program *p, const struct step *s, size_t *rows, size_t *depth,
                         size_t *columns)
{
    const struct value *x = step_in(p, s, 0);

    *depth = x->dims.dim[3];
    *rows = value_rows(x);
    *columns = step_out(p, s)->dims.dim[3];
}

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0), *w = step_in(p, s, 1);
    size_t rows = 0, depth = 0, columns = 0;
    linear_shape(p, s, &rows, &depth, &columns);
    if (out->kind != VALUE_SHARED || x->kind != VALUE_MASKED || x->ring < out->ring) {
        return "a shared result of a masked operand in the same ring or a wider one";
    }
    if (w->kind != VALUE_PROVIDER || p->steps[w->producer].operations->constant == NULL) {
        return "the weight is a constant of the provider";
    }
    if (out->dims.count != rows * columns || w->dims.count != depth * columns ||
        w->dims.dim[3] != (s->transposed ? columns : depth)) {
        return "x [rows, i], w [o, i] and the result [rows, o] do not agree";
    }
    return NULL;
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    axes_take(out, step_in(p, s, 0)->batch_axis, step_in(p, s, 0)->token_axes & 7u);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *out = step_out(p, s);

    c->correction_bits = packed_cost(out->dims.count, out->ring);
    c->wide_bits = out->ring > LIMB_BITS ? out->dims.count * (out->ring - LIMB_BITS) : 0;
    c->multiplications = (uint64_t) step_in(p, s, 0)->dims.count * out->dims.dim[3];
    c->setup_bits = packed_cost(step_in(p, s, 1)->dims.count, step_out(p, s)->ring);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    size_t rows = 0, depth = 0, columns = 0;
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    linear_shape(r->program, s, &rows, &depth, &columns);
    ring_multiply_packed(r->x[s->in[0]], rows, depth, weights_packed(r->weights, s->index), out,
                         columns, false);
    return MPCF_OK;
}

/* OUT (+)= A times the masked weights K: PACKED, or those on the device that the session has. */
static mpcf_status multiply(const struct masked_weights *k, const struct ring_packed *packed,
                            const uint64_t *a, size_t rows, size_t depth, size_t columns,
                            uint64_t *out, bool accumulate, mpcf_error *err)
{
    if (k->right != NULL) {
        return ring_right_multiply(k->right, a, rows, out, accumulate, err);
    }
    ring_multiply_packed(a, rows, depth, packed, out, columns, accumulate);
    return MPCF_OK;
}

/* --- A, C0, C1 by blocks --- */

struct linear_fill {
    const struct randomness *random;
    enum role role;
    uint32_t step;
    unsigned item;
    uint64_t *out;
    struct packed_array array;
};

static void random_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct linear_fill *f = context;

    (void) t;
    random_fill_of(f->random, f->role, f->step, f->item, first, f->out + first, n);
}

static void read_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct linear_fill *f = context;

    (void) t;
    packed_read(f->array, first, f->out + first, n);
}

static void correct_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct linear_fill *f = context;

    random_fill_of(f->random, ROLE_PROVIDER, f->step, ITEM_SHARE, first, t[0], n);
    ring_sub(t[0], f->out + first, t[0], n);
    packed_write(f->array, first, t[0], n);
}

/* A of the masked operand, from the user's seed; of the pool. */
static mpcf_status fill_mask(const struct randomness *r, const struct program *p,
                             const struct step *s, struct share_pool *pool, uint64_t **out,
                             mpcf_error *err)
{
    const struct value *x = step_in(p, s, 0);

    *out = share_pool_take(pool, x->dims.count);
    if (*out == NULL) {
        return mpcf_fail_memory(err, x->dims.count * sizeof **out, "a mask");
    }
    struct linear_fill f = {.random = r, .role = ROLE_USER, .step = x->producer, .out = *out};
    f.item = ITEM_MASK_0;
    blocks_for(x->dims.count, random_block, &f);
    return MPCF_OK;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    const struct program *p = d->program;
    const struct value *v = step_out(p, s);
    size_t rows = 0, depth = 0, columns = 0;
    uint64_t *a = NULL, *c = share_pool_take(d->pool, v->dims.count);

    if (c == NULL) {
        return mpcf_fail_memory(err, v->dims.count * sizeof *c, "a correction");
    }
    mpcf_status status = fill_mask(&d->random, p, s, d->pool, &a, err);
    if (status == MPCF_OK) {
        linear_shape(p, s, &rows, &depth, &columns);
        status = multiply(d->masked[s->index], d->masked[s->index]->matrix, a, rows, depth, columns,
                          c, false, err);
    }
    if (status == MPCF_OK) {
        struct linear_fill f = {.random = &d->random, .step = s->index, .out = c};
        f.array = message_array(out, v->dims.count, v->ring);
        blocks_for(v->dims.count, correct_block, &f);
    }
    share_pool_give(d->pool, a);
    share_pool_give(d->pool, c);
    return status;
}

static mpcf_status compute_user(struct party *p, const struct step *s, uint64_t *out,
                                mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct message correction = party_correction(p, s);
    struct linear_fill f = {.out = out};

    f.array = message_array(&correction, v->dims.count, v->ring);
    blocks_for(v->dims.count, read_block, &f);
    size_t rows = 0, depth = 0, columns = 0;
    uint64_t *a = NULL;
    MPCF_TRY(fill_mask(&p->random, p->program, s, p->pool, &a, err));
    linear_shape(p->program, s, &rows, &depth, &columns);
    const struct masked_weights *k = p->masked[s->index];
    mpcf_status status = multiply(k, k->matrix, a, rows, depth, columns, out, true, err);
    share_pool_give(p->pool, a);
    return status;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    size_t rows = 0, depth = 0, columns = 0;
    uint64_t *out = NULL;

    MPCF_TRY(party_result(p, s, &out, err));
    if (p->role == ROLE_USER) {
        return compute_user(p, s, out, err);
    }
    struct linear_fill f = {.random = &p->random, .role = ROLE_PROVIDER, .step = s->index};
    f.item = ITEM_SHARE;
    f.out = out;
    blocks_for(v->dims.count, random_block, &f);
    linear_shape(p->program, s, &rows, &depth, &columns);
    return multiply(p->masked[s->index], weights_packed(p->weights, s->index),
                    party_operand(p, s, 0), rows, depth, columns, out, true, err);
}

const struct step_operations step_operations_linear = {
    .independence = INDEPENDENT_ALWAYS,
    .weight = WEIGHT_MATRIX,
    .check = check,
    .axes = axes,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .compute = compute,
};
