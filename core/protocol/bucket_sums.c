/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BUCKET_SUMS: of each bucket of a batch code, the sum of its rows of the provider's table times what a
 * masked value has for them.
 *
 * Ideal function: y[g, j] = sum of x[g, r, i] W[r] modulo 2^k over all places i of rows r that are in
 * bucket j (batch_code.h): of USER_BUCKETS, the row that is asked of bucket j, or zeros. It is LINEAR
 * with a matrix that has each row of W at several places, but W is kept, and masked, once:
 * D = W - B (masked_weights.h). Every place of a row has a mask A of its own, and every element of the
 * result a C0 of its own, as two tokens have that meet one row of W in LINEAR.
 * Dealer: C = sum of A B = C0 + C1, C1 to the user, k bits an element of the result. The provider
 * has x - A from MASKED. Shares: provider sum of (x - A) W + C0; user sum of A D + C1, before the run.
 * Messages 0, rounds 0. Leakage: none; C0 is used once.
 * Source: as LINEAR, on the batch code's rows.
 */
#include "base/memory.h"
#include "channel/role.h"
#include "protocol/batch_code.h"
#include "protocol/blocks.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "ring/ring.h"
#include "ring/ring_rows.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 2) {
        return "it has two operands";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0), *w = step_in(p, s, 1);
    if (out->kind != VALUE_SHARED || x->kind != VALUE_MASKED || x->ring < out->ring) {
        return "a shared result of a masked operand in the same ring or a wider one";
    }
    if (w->kind != VALUE_PROVIDER || p->steps[w->producer].operations->constant == NULL) {
        return "the table is a constant of the provider";
    }
    if (s->buckets == 0 || s->buckets % CODE_COPIES != 0 || s->groups == 0) {
        return "buckets are some, a third of them for each place, and there are groups";
    }
    if (x->dims.dim[3] != CODE_WIDTH || value_rows(x) != s->groups * value_rows(w) ||
        value_rows(out) != s->groups * batch_code_asked(s->buckets) ||
        out->dims.dim[3] != w->dims.dim[3]) {
        return "x [groups, rows, places], w [rows, o] and the result [groups, buckets, o] do not "
               "agree";
    }
    return NULL;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *out = step_out(p, s);

    c->correction_bits = packed_cost(out->dims.count, out->ring);
    c->setup_bits = packed_cost(step_in(p, s, 1)->dims.count, out->ring);
    c->multiplications = (uint64_t) step_in(p, s, 0)->dims.count * out->dims.dim[3];
}

/* --- Sums --- */

/* Which result each place of each row is added to, in one group. */
static mpcf_status fill_places(const struct step *s, size_t rows, uint32_t **out, mpcf_error *err)
{
    uint32_t *place = mpcf_alloc_array(rows * CODE_WIDTH, sizeof *place);

    if (place == NULL) {
        return mpcf_fail_memory(err, rows * CODE_WIDTH * sizeof *place, "places of rows");
    }
    for (size_t i = 0; i < rows * CODE_WIDTH; i++) {
        place[i] = (uint32_t) batch_code_bucket(s->buckets, i / CODE_WIDTH, i % CODE_WIDTH);
    }
    *out = place;
    return MPCF_OK;
}

/* OUT += the sums of X and TABLE. */
static mpcf_status add_sums(const struct program *p, const struct step *s, const uint64_t *x,
                            const struct ring_rows *table, struct share_pool *pool, uint64_t *out,
                            mpcf_error *err)
{
    const size_t rows = value_rows(step_in(p, s, 1)), asked = batch_code_asked(s->buckets);
    const size_t words = ring_rows_scratch(table, asked);
    uint32_t *place = NULL;
    uint64_t *scratch = share_pool_take(pool, words);

    if (scratch == NULL) {
        return mpcf_fail_memory(err, words * sizeof *scratch, "sums");
    }
    mpcf_status status = fill_places(s, rows, &place, err);
    for (size_t g = 0; status == MPCF_OK && g < s->groups; g++) {
        ring_rows_add(table, x + g * rows * CODE_WIDTH, place, CODE_WIDTH,
                      out + g * asked * step_out(p, s)->dims.dim[3], asked, scratch);
    }
    mpcf_free(place);
    share_pool_give(pool, scratch);
    return status;
}

/* --- A, C0, C1 by blocks --- */

struct sums_fill {
    const struct randomness *random;
    enum role role;
    uint32_t step;
    unsigned item;
    uint64_t *out;
    struct packed_array array;
};

static void zero_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct sums_fill *f = context;

    (void) t;
    for (size_t i = first; i < first + n; i++) {
        f->out[i] = 0;
    }
}

static void random_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct sums_fill *f = context;

    (void) t;
    random_fill_of(f->random, f->role, f->step, f->item, first, f->out + first, n);
}

static void read_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct sums_fill *f = context;

    (void) t;
    packed_read(f->array, first, f->out + first, n);
}

static void correct_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct sums_fill *f = context;

    random_fill_of(f->random, ROLE_PROVIDER, f->step, ITEM_SHARE, first, t[0], n);
    ring_sub(t[0], f->out + first, t[0], n);
    packed_write(f->array, first, t[0], n);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct sums_fill f = {0};

    MPCF_TRY(reference_value(r, s, &f.out, err));
    blocks_for(step_out(r->program, s)->dims.count, zero_block, &f);
    return add_sums(r->program, s, r->x[s->in[0]], weights_rows(r->weights, s->index), r->pool,
                    f.out, err);
}

/* OUT += the sums of A, from the user's seed, and TABLE. */
static mpcf_status add_masks(const struct randomness *r, const struct program *p,
                             const struct step *s, struct share_pool *pool,
                             const struct ring_rows *table, uint64_t *out, mpcf_error *err)
{
    const struct value *x = step_in(p, s, 0);
    struct sums_fill f = {.random = r, .role = ROLE_USER, .step = x->producer};

    f.item = ITEM_MASK_0;
    f.out = share_pool_take(pool, x->dims.count);
    if (f.out == NULL) {
        return mpcf_fail_memory(err, x->dims.count * sizeof *f.out, "a mask");
    }
    blocks_for(x->dims.count, random_block, &f);
    mpcf_status status = add_sums(p, s, f.out, table, pool, out, err);
    share_pool_give(pool, f.out);
    return status;
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    const struct value *v = step_out(d->program, s);
    struct sums_fill f = {.random = &d->random, .step = s->index};

    f.out = share_pool_take(d->pool, v->dims.count);
    if (f.out == NULL) {
        return mpcf_fail_memory(err, v->dims.count * sizeof *f.out, "a correction");
    }
    blocks_for(v->dims.count, zero_block, &f);
    mpcf_status status =
        add_masks(&d->random, d->program, s, d->pool, d->masked[s->index]->rows, f.out, err);
    if (status == MPCF_OK) {
        f.array = message_array(out, v->dims.count, v->ring);
        blocks_for(v->dims.count, correct_block, &f);
    }
    share_pool_give(d->pool, f.out);
    return status;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    struct sums_fill f = {.random = &p->random, .role = ROLE_PROVIDER, .step = s->index};

    f.item = ITEM_SHARE;
    MPCF_TRY(party_result(p, s, &f.out, err));
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        f.array = message_array(&correction, v->dims.count, v->ring);
        blocks_for(v->dims.count, read_block, &f);
        return add_masks(&p->random, p->program, s, p->pool, p->masked[s->index]->rows, f.out, err);
    }
    blocks_for(v->dims.count, random_block, &f);
    return add_sums(p->program, s, party_operand(p, s, 0), weights_rows(p->weights, s->index),
                    p->pool, f.out, err);
}

const struct step_operations step_operations_bucket_sums = {
    .independence = INDEPENDENT_ALWAYS,
    .weight = WEIGHT_ROWS,
    .check = check,
    .axes = axes_none,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .compute = compute,
};
