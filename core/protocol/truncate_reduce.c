/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TRUNCATE_REDUCE: division by 2^s into a ring narrower by s bits, without a message.
 *
 * Ideal function: y = floor(x / 2^s) or one more, modulo 2^(k - s), for every x: y_i = (x_i mod
 * 2^k) >> s, and the provider adds 1. The sum of the shifted shares is floor(x / 2^s) or one
 * less modulo 2^(k - s), as a wrap of the shares is a multiple of 2^(k - s); the one lacks with
 * probability 1 - frac(x / 2^s), so that with the provider's 1 the result is x / 2^s on average.
 * An owner rounds to nearest. Rounds 0, bytes 0, leakage none.
 * Source: local truncation of SecureML (Mohassel and Zhang, 2017), read in the narrower ring.
 */
#include "protocol/truncate_reduce.h"

#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);

    if (s->in_count != 1 || out->dims.count != x->dims.count) {
        return "operand and result have one shape";
    }
    if (x->kind == VALUE_SHARED && out->ring + s->shift > x->ring) {
        return "the result's ring is wider than the operand's less the shift";
    }
    return check_owned(p, s);
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) i;
    return step_out(p, s)->ring + s->shift;
}

struct truncate {
    const uint64_t *x;
    uint64_t *out;
    unsigned ring, shift;
    uint64_t one;
};

static void nearest_block(void *context, size_t first, size_t n, uint64_t (*scratch)[BLOCK_LENGTH])
{
    const struct truncate *k = context;

    (void) scratch;
    for (size_t i = first; i < first + n; i++) {
        k->out[i] = ring_round_shift(k->x[i], k->shift);
    }
}

static void share_block(void *context, size_t first, size_t n, uint64_t (*scratch)[BLOCK_LENGTH])
{
    const struct truncate *k = context;

    (void) scratch;
    ring_shift_right(k->out + first, k->x + first, k->ring, k->shift, n);
    if (k->one != 0) {
        for (size_t i = first; i < first + n; i++) {
            k->out[i] += k->one;
        }
    }
}

mpcf_status truncate_reduce_reference(struct reference_state *r, const struct step *s,
                                      mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    struct truncate k = {.x = r->x[s->in[0]], .out = out, .shift = s->shift};
    blocks_for(step_out(r->program, s)->dims.count, nearest_block, &k);
    return MPCF_OK;
}

/* A share that is zero everywhere stays zero, but for the provider's one. */
static mpcf_status truncate_zero(struct party *p, const struct step *s, uint64_t one,
                                 mpcf_error *err)
{
    if (one == 0) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    for (size_t i = 0; i < step_out(p->program, s)->dims.count; i++) {
        out[i] = one;
    }
    return MPCF_OK;
}

mpcf_status truncate_reduce_compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *x = step_in(p->program, s, 0);
    bool is_owned = value_is_owned(x);
    uint64_t one = p->role == ROLE_PROVIDER && !is_owned && s->shift > 0 ? 1 : 0;
    struct truncate k = {.x = party_operand(p, s, 0), .ring = x->ring, .shift = s->shift};

    k.one = one;
    if (k.x == NULL) {
        return truncate_zero(p, s, one, err);
    }
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(x->dims.count, is_owned ? nearest_block : share_block, &k);
    return MPCF_OK;
}

const struct step_operations step_operations_truncate_reduce = {
    .independence = INDEPENDENT_AS_OPERANDS,
    .check = check,
    .ring_needed = ring_needed,
    .reference = truncate_reduce_reference,
    .compute = truncate_reduce_compute,
};
