/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BITS_TO_RING: shared bits to shares of 0 or 1.
 *
 * Ideal function: y = b modulo 2^k. Messages: each party its b_i xor rho_i (whole words), one
 * round: d = b xor rho is opened. Dealer: the user's share of rho modulo 2^k, k bits an element.
 * Shares: d + (1 - 2 d) [rho], d at the provider. Leakage: none.
 * Source: daBits, Rotaru and Wood (2019), from a dealer.
 */
#include "bits/bits.h"
#include "protocol/bits.h"
#include "protocol/blocks.h"
#include "protocol/step_operations.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (s->in_count != 1 || step_in(p, s, 0)->kind != VALUE_BITS || out->kind != VALUE_SHARED) {
        return "bits to a shared value";
    }
    return out->dims.count == step_in(p, s, 0)->dims.count ? NULL
                                                           : "operand and result have one shape";
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) p, (void) s, (void) i;
    return 0;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *bits = step_in(p, s, 0), *out = step_out(p, s);

    c->provider_bits[0] = c->user_bits[0] = packed_cost(value_rows(bits) * bits_words(bits), 64);
    c->correction_bits = value_rows(bits) * packed_cost(bits_elements(bits), out->ring);
}

struct to_ring {
    const struct randomness *random;
    const struct step *step;
    const uint64_t *bits; /* of this row: words */
    size_t row_first;     /* in the stream, words of bits and elements of shares */
    uint64_t *out;
    bool provides;
    struct packed_array correction;
};

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct to_ring *k = context;

    (void) t;
    bit_spread(k->out + first, k->bits + first / 64, n);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const struct value *bits = step_in(r->program, s, 0);
    size_t n = bits_elements(bits), words = bits_words(bits);
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    for (size_t row = 0; row < value_rows(bits); row++) {
        struct to_ring k = {.bits = r->x[s->in[0]] + row * words, .out = out + row * n};
        blocks_for(n, reference_block, &k);
    }
    return MPCF_OK;
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct to_ring *k = context;

    random_fill_bits(k->random, ROLE_PROVIDER, k->step, ITEM_BIT, k->row_first + first, t[0], n);
    random_fill_bits(k->random, ROLE_USER, k->step, ITEM_BIT, k->row_first + first, t[1], n);
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_BIT_SHARE, k->row_first + first, t[2], n);
    for (size_t i = 0; i < n; i++) {
        t[0][i] = (t[0][i] ^ t[1][i]) - t[2][i];
    }
    packed_write(k->correction, first, t[0], n);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    const struct value *bits = step_in(d->program, s, 0);
    size_t n = bits_elements(bits), words = bits_words(bits);
    for (size_t row = 0; row < value_rows(bits); row++) {
        struct to_ring k = {.random = &d->random, .step = s, .row_first = row * words * 64};
        k.correction = message_array(out, n, step_out(d->program, s)->ring);
        blocks_for(n, deal_block, &k);
    }
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round;
    const struct value *bits = step_in(p->program, s, 0);
    size_t words = value_rows(bits) * bits_words(bits);
    uint64_t *own = NULL;
    MPCF_TRY(bits_open_send(p, s, party_operand(p, s, 0), words, &own, out, err));
    p->state[s->index] = own;
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    (void) round, (void) err;
    const struct value *bits = step_in(p->program, s, 0);
    bits_open_receive(p->state[s->index], value_rows(bits) * bits_words(bits), in);
    return MPCF_OK;
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct to_ring *k = context;

    bit_spread(t[0], k->bits + first / 64, n);
    if (k->provides) {
        random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_BIT_SHARE, k->row_first + first, t[1],
                    n);
    } else {
        packed_read(k->correction, first, t[1], n);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t d = t[0][i];
        k->out[first + i] = (k->provides ? d : 0) + (1 - 2 * d) * t[1][i];
    }
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *bits = step_in(p->program, s, 0);
    size_t n = bits_elements(bits), words = bits_words(bits);
    uint64_t *out = NULL, *opened = p->state[s->index];
    struct message correction = {0};

    MPCF_TRY(party_result(p, s, &out, err));
    if (p->role == ROLE_USER) {
        correction = party_correction(p, s);
    }
    for (size_t row = 0; row < value_rows(bits); row++) {
        struct to_ring k = {.random = &p->random, .step = s, .row_first = row * words * 64};
        k.provides = p->role == ROLE_PROVIDER;
        k.bits = opened + row * words;
        k.out = out + row * n;
        if (!k.provides) {
            k.correction = message_array(&correction, n, step_out(p->program, s)->ring);
        }
        blocks_for(n, party_block, &k);
    }
    share_pool_give(p->pool, opened);
    p->state[s->index] = NULL;
    return MPCF_OK;
}

const struct step_operations step_operations_bits_to_ring = {
    .check = check,
    .ring_needed = ring_needed,
    .rounds = one_round,
    .axes = axes_none,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send = send,
    .receive = receive,
    .compute = compute,
};
