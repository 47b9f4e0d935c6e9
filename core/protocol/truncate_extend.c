/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TRUNCATE_EXTEND: exact division by 2^f into any ring; with f = 0 a pure extension of the ring.
 *
 * Ideal function: y = floor(x / 2^f) or one more, for every |x| < 2^(m-1), as a share modulo
 * 2^k'; x / 2^f on average. Write K = m + 1, z = x + 2^(m-1), T = 2^(K-f), u = 1 - msb(c), v =
 * msb(r), for c = z + r modulo 2^K and a uniform r: then
 *     y = (c >> f) - (r >> f) + u v T - 2^(m-1-f),
 * as z + r wraps just where v = 1 and msb(c) = 0 (z < 2^(K-1)).
 *
 * x not input-independent: r is the dealer's. Messages: each party its share of c, K bits, one
 * round. Dealer: the user's shares of r >> f (k' bits) and of v (k' - K + f bits).
 * x input-independent: r = -x1, so that the provider has c = x0 + 2^(m-1) and the user r. Only u v
 * is missing: one bit each under the dealer's bits p, q, the user's before the run. Dealer: the
 * user's share of p q, k' - K + f bits.
 * Local where k' <= k - f, or where one party owns x: TRUNCATE_REDUCE.
 * Leakage: none, c and the bits are under uniform masks.
 * Source: exact truncation with a masked opening after Escudero, Ghosh, Keller, Rachuri, Scholl,
 * "Improved primitives for MPC over mixed arithmetic-binary circuits" (2020), with one guard bit.
 */
#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "protocol/opened_kernel.h"
#include "protocol/truncate_reduce.h"

struct extend {
    const struct party *party;
    const struct deal_run *deal;
    const struct step *step;
    unsigned shift, opened;  /* f, K */
    unsigned low, high_bits; /* K - f, k' - (K - f) */
    unsigned ring;           /* k' */
    uint64_t offset;         /* 2^(K-2) at the provider */
    const uint64_t *x;
    uint64_t *out;
    struct packed_array to, from, high, top;
};

static bool is_local(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0);

    return value_is_owned(x) || step_out(p, s)->ring + s->shift <= x->ring;
}

static struct extend extend_of(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0);
    unsigned magnitude = x->magnitude > s->shift ? x->magnitude : s->shift + 1;
    struct extend l = {.step = s, .shift = s->shift, .opened = magnitude + 1};

    l.ring = step_out(p, s)->ring;
    l.low = l.opened - s->shift;
    l.high_bits = l.ring > l.low ? l.ring - l.low : 0;
    return l;
}

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 1 || step_out(p, s)->dims.count != step_in(p, s, 0)->dims.count) {
        return "operand and result have one shape";
    }
    if (!is_local(p, s) && extend_of(p, s).opened > step_in(p, s, 0)->ring) {
        return "the operand's ring has no guard bit: it must be wider than its magnitude";
    }
    return check_owned(p, s);
}

/* Of a value narrower than the shift, too. */
static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) i;
    return extend_of(p, s).opened;
}

static unsigned rounds(const struct program *p, const struct step *s)
{
    return is_local(p, s) ? 0 : 1;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    if (is_local(p, s)) {
        return;
    }
    struct extend l = extend_of(p, s);
    size_t count = step_out(p, s)->dims.count;
    if (step_in(p, s, 0)->is_input_independent) {
        c->provider_bits[0] = packed_cost(count, 1);
        c->offline_bits = packed_cost(count, 1);
    } else {
        c->provider_bits[0] = c->user_bits[0] = packed_cost(count, l.opened);
        c->correction_bits = packed_cost(count, l.ring);
    }
    if (l.high_bits > 0) {
        c->correction_bits += packed_cost(count, l.high_bits);
    }
}

static struct opened_truncation truncation_of(const struct extend *l)
{
    const bool provides = l->party != NULL && l->party->role == ROLE_PROVIDER;

    return (struct opened_truncation){.opened = l->opened,
                                      .shift = l->shift,
                                      .offset = l->offset >> l->shift,
                                      .provides = provides ? 1 : 0,
                                      .power = ring_power(l->low)};
}

/* --- Dealer --- */

static void deal_independent_block(void *context, size_t first, size_t n,
                                   uint64_t (*t)[BLOCK_LENGTH])
{
    const struct extend *l = context;
    const struct randomness *r = &l->deal->random;

    random_fill_bits(r, ROLE_PROVIDER, l->step, ITEM_BIT, first, t[0], n);
    random_fill_bits(r, ROLE_USER, l->step, ITEM_BIT, first, t[1], n);
    random_fill(r, ROLE_PROVIDER, l->step, ITEM_BIT_SHARE, first, t[2], n);
    for (size_t i = 0; i < n; i++) {
        t[0][i] = (t[0][i] & t[1][i]) - t[2][i];
    }
    packed_write(l->top, first, t[0], n);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct extend *l = context;
    const struct randomness *r = &l->deal->random;

    random_fill(r, ROLE_PROVIDER, l->step, ITEM_MASK_0, first, t[0], n);
    random_fill(r, ROLE_USER, l->step, ITEM_MASK_0, first, t[1], n);
    random_fill(r, ROLE_PROVIDER, l->step, ITEM_HIGH_SHARE, first, t[2], n);
    random_fill(r, ROLE_PROVIDER, l->step, ITEM_BIT_SHARE, first, t[3], n);
    const struct opened_truncation k = truncation_of(l);
    opened_kernel()->deal_truncation(&k, t[0], t[1], t[2], t[3], n);
    packed_write(l->high, first, t[2], n);
    if (l->high_bits > 0) {
        packed_write(l->top, first, t[3], n);
    }
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    const struct program *p = d->program;
    struct extend l = extend_of(p, s);
    size_t count = step_out(p, s)->dims.count;
    bool is_input_independent = step_in(p, s, 0)->is_input_independent;
    l.deal = d;
    if (is_local(p, s)) {
        return MPCF_OK;
    }
    if (!is_input_independent) {
        l.high = message_array(out, count, l.ring);
    }
    if (l.high_bits > 0) {
        l.top = message_array(out, count, l.high_bits);
    }
    if (!is_input_independent || l.high_bits > 0) {
        blocks_for(count, is_input_independent ? deal_independent_block : deal_block, &l);
    }
    return MPCF_OK;
}

/* --- Parties --- */

/* Reads N elements of a share that may be zero. */
static void read_share(uint64_t *out, const uint64_t *x, size_t first, size_t n)
{
    if (x == NULL) {
        memset(out, 0, n * sizeof *out);
    } else {
        memcpy(out, x + first, n * sizeof *out);
    }
}

/* User: r = -x1 modulo 2^K. Provider: c = x0 + 2^(K-2) modulo 2^K. */
static void own_number(const struct extend *l, size_t first, uint64_t *out, size_t n)
{
    uint64_t mask = ring_mask(l->opened);
    uint64_t sign = l->party->role == ROLE_USER ? UINT64_MAX : 1;

    read_share(out, l->x, first, n);
    for (size_t i = 0; i < n; i++) {
        out[i] = (sign * out[i] + l->offset) & mask;
    }
}

/* The party's bit, v or u, under its mask: into BIT; the mask into MASK. */
static void masked_bit(const struct extend *l, const uint64_t *number, size_t first, uint64_t *bit,
                       uint64_t *mask, size_t n)
{
    uint64_t flip = l->party->role == ROLE_PROVIDER ? 1 : 0;

    random_fill_bits(&l->party->random, l->party->role, l->step, ITEM_BIT, first, mask, n);
    for (size_t i = 0; i < n; i++) {
        bit[i] = (number[i] >> (l->opened - 1)) ^ flip ^ mask[i];
    }
}

static void bit_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct extend *l = context;

    own_number(l, first, t[0], n);
    masked_bit(l, t[0], first, t[1], t[2], n);
    packed_write(l->to, first, t[1], n);
}

/* The party's share of p q. */
static void bit_product_share(const struct extend *l, size_t first, uint64_t *out, size_t n)
{
    if (l->party->role == ROLE_PROVIDER) {
        random_fill(&l->party->random, ROLE_PROVIDER, l->step, ITEM_BIT_SHARE, first, out, n);
    } else if (l->high_bits > 0) {
        packed_read(l->top, first, out, n);
    } else {
        memset(out, 0, n * sizeof *out);
    }
}

static void finish_independent_block(void *context, size_t first, size_t n,
                                     uint64_t (*t)[BLOCK_LENGTH])
{
    const struct extend *l = context;
    bool provides = l->party->role == ROLE_PROVIDER;
    uint64_t *own = t[0], *bit = t[1], *mask = t[2], *other = t[3], *product = t[4];

    own_number(l, first, own, n);
    masked_bit(l, own, first, bit, mask, n);
    packed_read(l->from, first, other, n);
    bit_product_share(l, first, product, n);
    for (size_t i = 0; i < n; i++) {
        /* (own' xor mask)(other' xor ..): own' other' once, at the provider. */
        uint64_t both = provides ? bit[i] & other[i] : 0;
        uint64_t cross = (1 - 2 * bit[i]) * other[i] * mask[i];
        uint64_t share = both + cross + (1 - 2 * bit[i]) * (1 - 2 * other[i]) * product[i];
        uint64_t high = own[i] >> l->shift;
        uint64_t base = provides ? high - (l->offset >> l->shift) : 0 - high;
        l->out[first + i] = base + share * ring_power(l->low);
    }
}

/* Own share of c. */
static void own_opening(const struct extend *l, size_t first, uint64_t *out, uint64_t *mask,
                        size_t n)
{
    const uint64_t *x = l->x == NULL ? out : l->x + first;

    if (l->x == NULL) {
        read_share(out, NULL, first, n);
    }
    random_fill(&l->party->random, l->party->role, l->step, ITEM_MASK_0, first, mask, n);
    opened_kernel()->add_offset(out, x, mask, l->offset, n);
}

static void send_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct extend *l = context;

    own_opening(l, first, t[0], t[1], n);
    packed_write(l->to, first, t[0], n);
}

static void finish_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct extend *l = context;
    bool provides = l->party->role == ROLE_PROVIDER;
    const struct opened_truncation k = truncation_of(l);

    own_opening(l, first, t[0], t[1], n);
    packed_read(l->from, first, t[1], n);
    if (provides) {
        random_fill(&l->party->random, ROLE_PROVIDER, l->step, ITEM_HIGH_SHARE, first, t[2], n);
        random_fill(&l->party->random, ROLE_PROVIDER, l->step, ITEM_BIT_SHARE, first, t[3], n);
    } else {
        packed_read(l->high, first, t[2], n);
        memset(t[3], 0, n * sizeof t[3][0]);
        if (l->high_bits > 0) {
            packed_read(l->top, first, t[3], n);
        }
    }
    opened_kernel()->truncate(&k, l->out + first, t[0], t[1], t[2], t[3], n);
}

static struct extend party_extend(struct party *p, const struct step *s)
{
    struct extend l = extend_of(p->program, s);

    l.party = p;
    l.x = party_operand(p, s, 0);
    l.offset = p->role == ROLE_PROVIDER ? ring_power(l.opened - 2) : 0;
    return l;
}

static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    (void) err;
    if (is_local(p->program, s) || !step_in(p->program, s, 0)->is_input_independent) {
        return MPCF_OK;
    }
    struct extend l = party_extend(p, s);
    size_t count = step_out(p->program, s)->dims.count;
    l.to = message_array(out, count, 1);
    blocks_for(count, bit_block, &l);
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    struct extend l = party_extend(p, s);
    size_t count = step_out(p->program, s)->dims.count;
    bool is_input_independent = step_in(p->program, s, 0)->is_input_independent;
    if (is_input_independent && p->role == ROLE_USER) {
        return MPCF_OK;
    }
    l.to = message_array(out, count, is_input_independent ? 1 : l.opened);
    blocks_for(count, is_input_independent ? bit_block : send_block, &l);
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    (void) round;
    struct extend l = party_extend(p, s);
    size_t count = step_out(p->program, s)->dims.count;
    bool is_input_independent = step_in(p->program, s, 0)->is_input_independent;
    struct message *from =
        is_input_independent && p->role == ROLE_PROVIDER ? &p->offline[s->index] : in;
    l.from = message_array(from, count, is_input_independent ? 1 : l.opened);
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        if (!is_input_independent) {
            l.high = message_array(&correction, count, l.ring);
        }
        if (l.high_bits > 0) {
            l.top = message_array(&correction, count, l.high_bits);
        }
    }
    MPCF_TRY(party_result(p, s, &l.out, err));
    blocks_for(count, is_input_independent ? finish_independent_block : finish_block, &l);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    return is_local(p->program, s) ? truncate_reduce_compute(p, s, err) : MPCF_OK;
}

const struct step_operations step_operations_truncate_extend = {
    .independence = INDEPENDENT_AS_OPERANDS,
    .check = check,
    .ring_needed = ring_needed,
    .rounds = rounds,
    .cost = cost,
    .reference = truncate_reduce_reference,
    .deal = deal,
    .send_offline = send_offline,
    .send = send,
    .receive = receive,
    .compute = compute,
};
