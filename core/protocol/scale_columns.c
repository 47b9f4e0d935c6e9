/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCALE_COLUMNS: a masked value times a vector of the provider, column by column.
 *
 * Ideal function: y[r, c] = x[r, c] v[c] modulo 2^k: LINEAR with a diagonal matrix. Once a session:
 * d = v - b (k bits a column). Of each inference: dealer c = A b = c0 + c1, c1 to the user (k bits
 * an element). Shares: provider (x - A) v + c0; user A d + c1, before the run. Messages 0, rounds
 * 0. Leakage: none.
 */
#include "protocol/blocks.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "ring/ring.h"

#include "base/memory.h"
#include "channel/role.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0), *v = step_in(p, s, 1);
    if (out->kind != VALUE_SHARED || x->kind != VALUE_MASKED || x->ring < out->ring) {
        return "a shared result of a masked operand in the same ring or a wider one";
    }
    if (v->kind != VALUE_PROVIDER || p->steps[v->producer].operations->constant == NULL) {
        return "the vector is a constant of the provider";
    }
    if (out->dims.count != x->dims.count || v->dims.count != x->dims.dim[3]) {
        return "x [rows, h], v [h] and the result [rows, h] do not agree";
    }
    return NULL;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    c->correction_bits = packed_cost(step_out(p, s)->dims.count, step_out(p, s)->ring);
    c->setup_bits = packed_cost(step_in(p, s, 1)->dims.count, step_out(p, s)->ring);
}

struct scale {
    const struct randomness *random;
    const struct step *step;
    uint32_t masked_step;
    enum role role;
    const uint64_t *x, *vector; /* x NULL: A */
    size_t columns;
    uint64_t *out;
    struct packed_array array; /* correction: written by the dealer, read by the user */
};

/* z[i] = x[i] v[column of first + i] */
static void scale_rows(const struct scale *s, size_t first, const uint64_t *x, uint64_t *z,
                       size_t n)
{
    size_t column = first % s->columns;

    for (size_t i = 0; i < n; i++) {
        z[i] = x[i] * s->vector[column];
        column = column + 1 == s->columns ? 0 : column + 1;
    }
}

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct scale *s = context;

    (void) t;
    scale_rows(s, first, s->x + first, s->out + first, n);
}

static void provider_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct scale *s = context;

    scale_rows(s, first, s->x + first, t[0], n);
    random_fill(s->random, ROLE_PROVIDER, s->step, ITEM_SHARE, first, t[1], n);
    ring_add(s->out + first, t[0], t[1], n);
}

static void user_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct scale *s = context;

    random_fill_of(s->random, ROLE_USER, s->masked_step, ITEM_MASK_0, first, t[0], n);
    scale_rows(s, first, t[0], t[1], n);
    packed_read(s->array, first, t[2], n);
    ring_add(s->out + first, t[1], t[2], n);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct scale *s = context;

    random_fill_of(s->random, ROLE_USER, s->masked_step, ITEM_MASK_0, first, t[0], n);
    scale_rows(s, first, t[0], t[1], n);
    random_fill(s->random, ROLE_PROVIDER, s->step, ITEM_SHARE, first, t[2], n);
    ring_sub(t[1], t[1], t[2], n);
    packed_write(s->array, first, t[1], n);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct scale k = {.x = r->x[s->in[0]], .vector = r->x[s->in[1]]};

    k.columns = step_in(r->program, s, 0)->dims.dim[3];
    MPCF_TRY(reference_value(r, s, &k.out, err));
    blocks_for(step_out(r->program, s)->dims.count, reference_block, &k);
    return MPCF_OK;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    const struct value *v = step_out(d->program, s), *x = step_in(d->program, s, 0);
    struct scale k = {.random = &d->random, .step = s, .masked_step = x->producer};
    k.vector = d->masked[s->index]->vector;
    k.columns = x->dims.dim[3];
    k.array = message_array(out, v->dims.count, v->ring);
    blocks_for(v->dims.count, deal_block, &k);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s), *x = step_in(p->program, s, 0);
    struct scale k = {.random = &p->random, .step = s, .masked_step = x->producer};

    k.columns = x->dims.dim[3];
    MPCF_TRY(party_result(p, s, &k.out, err));
    if (p->role == ROLE_PROVIDER) {
        k.x = party_operand(p, s, 0);
        k.vector = party_operand(p, s, 1);
        blocks_for(v->dims.count, provider_block, &k);
        return MPCF_OK;
    }
    struct message correction = party_correction(p, s);
    k.vector = p->masked[s->index]->vector;
    k.array = message_array(&correction, v->dims.count, v->ring);
    blocks_for(v->dims.count, user_block, &k);
    return MPCF_OK;
}

const struct step_operations step_operations_scale_columns = {
    .independence = INDEPENDENT_ALWAYS,
    .weight = WEIGHT_VECTOR,
    .check = check,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .compute = compute,
};
