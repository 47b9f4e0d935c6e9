/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPARE: x >= t for public thresholds t, as shared bits.
 *
 * Ideal function: bit[j, e] = [x_e >= t_j], for |x| < 2^(m-1). With K = m + 1, z = x + 2^(m-1)
 * and d = z - t' (t' the threshold moved alike), the answer is the sign of d, which fits K bits. Where all
 * thresholds are 0, d = x fits m bits, and K = m.
 * All thresholds share one opening c = z + r modulo 2^K; c - t' is public too, and
 *     msb(d) = msb(c - t') xor msb(r) xor [low(c - t') < low(r)].
 * The dealer XOR-shares msb(r) and, for each group of b = COMPARE_GROUP_BITS of r's low bits, the
 * one-hot form of the group (2^b - 1 planes, one more is the rest; the highest group may have fewer
 * bits): so less-than and equality of a group with a public number are local. compare_tree.c joins
 * groups, up to four at once.
 *
 * Messages: round 0, each party its z_i + r_i, K bits an element (the user's before the run where
 * x is input-independent); then one a level of the tree. Rounds 1 + ceil(log4(ceil(m / b))).
 * Dealer: 2^b - 1 bits a group an element once; for an element and threshold the products of each level's joins.
 * Leakage: none; c is uniform, r used once.
 * Source: the design's own, after Damgard, Fitzi, Kiltz, Nielsen, Toft, "Unconditionally secure
 * constant-rounds multi-party computation for equality, comparison, bits" (2006).
 */
#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "bits/bits.h"
#include "protocol/bits.h"
#include "protocol/blocks.h"
#include "protocol/compare_shape.h"
#include "protocol/compare_tree.h"
#include "protocol/integer.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 1 || s->threshold_count == 0) {
        return "one operand and at least one threshold";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);
    if (x->kind != VALUE_SHARED || out->kind != VALUE_BITS) {
        return "a shared value to bits";
    }
    if (x->magnitude < 1 || x->magnitude > COMPARE_MAGNITUDE_MAX ||
        compare_of(p, s).opened > x->ring) {
        return "the operand's ring has no guard bit: it must be wider than its magnitude";
    }
    if (out->dims.dim[3] != x->dims.count ||
        out->dims.count != x->dims.count * s->threshold_count) {
        return "the result is [thresholds, elements]";
    }
    return NULL;
}

/* One bit more than the operand's values, where they are compared with anything but 0. */
static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) i;
    return compare_of(p, s).opened;
}

static unsigned rounds(const struct program *p, const struct step *s)
{
    return compare_of(p, s).rounds;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *cost)
{
    struct compare c = compare_of(p, s);
    uint64_t bits = packed_cost(c.elements, c.opened);

    cost->provider_bits[0] = bits;
    *(step_in(p, s, 0)->is_input_independent ? &cost->offline_bits : &cost->user_bits[0]) = bits;
    cost->correction_bits = packed_cost(c.planes * c.words, 64);
    compare_tree_cost(&c, cost);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct compare c = compare_of(r->program, s);
    const uint64_t *x = r->x[s->in[0]];
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    memset(out, 0, c.thresholds * c.words * sizeof *out);
    for (size_t t = 0; t < c.thresholds; t++) {
        for (size_t e = 0; e < c.elements; e++) {
            uint64_t bit = (int64_t) x[e] >= s->thresholds[t] ? 1 : 0;
            out[t * c.words + e / 64] |= bit << (e % 64);
        }
    }
    return MPCF_OK;
}

/* --- Planes of a block: plane j of 64-element words at planes[j][w] --- */

#define BLOCK_WORDS (BLOCK_LENGTH / 64)

struct planes {
    uint64_t word[64][BLOCK_WORDS];
};

static void slice(struct planes *planes, const uint64_t *x, size_t n, unsigned bits)
{
    bit_slice(&planes->word[0][0], BLOCK_WORDS, x, n, bits);
}

/* --- Dealer --- */

struct deal_planes {
    const struct compare *c;
    const struct randomness *random;
    struct packed_array out;
};

static void write_plane(const struct deal_planes *k, size_t plane, size_t first_word,
                        uint64_t *words, size_t n)
{
    uint64_t share[BLOCK_WORDS];
    size_t at = plane * k->c->words + first_word;

    random_fill(k->random, ROLE_PROVIDER, k->c->step, ITEM_BIT_SHARE, at, share, n);
    for (size_t i = 0; i < n; i++) {
        words[i] ^= share[i];
    }
    packed_write(k->out, at, words, n);
    mpcf_wipe(share, sizeof share);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct deal_planes *k = context;
    const struct compare *c = k->c;
    struct planes r;
    uint64_t hot[COMPARE_GROUP_PLANES][BLOCK_WORDS];
    size_t words = (n + 63) / 64, plane = 0;

    random_fill(k->random, ROLE_PROVIDER, c->step, ITEM_MASK_0, first, t[0], n);
    random_fill(k->random, ROLE_USER, c->step, ITEM_MASK_0, first, t[1], n);
    ring_add(t[0], t[0], t[1], n);
    slice(&r, t[0], n, c->opened);
    for (unsigned g = 0; g < c->groups; g++) {
        unsigned bits = compare_group_bits(c, g), count = 1u << bits;
        bit_one_hot(hot[0], r.word[COMPARE_GROUP_BITS * g], BLOCK_WORDS, bits, words);
        for (unsigned j = 1; j < count; j++) {
            write_plane(k, plane++, first / 64, hot[j - 1], words);
        }
    }
    write_plane(k, plane, first / 64, r.word[c->opened - 1], words);
    mpcf_wipe(&r, sizeof r);
    mpcf_wipe(hot, sizeof hot);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct compare c = compare_of(d->program, s);
    struct deal_planes k = {.c = &c, .random = &d->random};

    k.out = message_array(out, c.planes * c.words, 64);
    blocks_for(c.elements, deal_block, &k);
    return compare_tree_deal(&c, d, out, err);
}

/* --- Parties: opening --- */

struct open {
    const struct compare *c;
    struct party *party;
    const uint64_t *x; /* NULL: zero */
    struct packed_array to, from, planes;
    struct compare_state state;
};

static void own_half(const struct open *o, size_t first, uint64_t *out, size_t n)
{
    uint64_t offset = o->party->role == ROLE_PROVIDER ? ring_power(o->c->opened - 2) : 0;

    random_fill(&o->party->random, o->party->role, o->c->step, ITEM_MASK_0, first, out, n);
    if (o->x != NULL) {
        ring_add(out, out, o->x + first, n);
    }
    for (size_t i = 0; i < n; i++) {
        out[i] += offset;
    }
}

static void send_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct open *o = context;

    own_half(o, first, t[0], n);
    packed_write(o->to, first, t[0], n);
}

static void send_half(struct party *p, const struct compare *c, struct message *out)
{
    struct open o = {.c = c, .party = p, .x = party_operand(p, c->step, 0)};

    o.to = message_array(out, c->elements, c->opened);
    blocks_for(c->elements, send_block, &o);
}

static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    (void) err;
    struct compare c = compare_of(p->program, s);
    if (step_in(p->program, s, 0)->is_input_independent) {
        send_half(p, &c, out);
    }
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) err;
    struct compare c = compare_of(p->program, s);
    bool was_sent_offline = step_in(p->program, s, 0)->is_input_independent && p->role == ROLE_USER;
    if (round > 0) {
        compare_tree_send(&c, p, round, out);
    } else if (!was_sent_offline) {
        send_half(p, &c, out);
    }
    return MPCF_OK;
}

/* --- Parties: the local first level --- */

static void read_planes(const struct open *o, size_t first_word, size_t n,
                        uint64_t (*planes)[BLOCK_WORDS])
{
    for (size_t plane = 0; plane < o->c->planes; plane++) {
        size_t at = plane * o->c->words + first_word;
        if (o->party->role == ROLE_PROVIDER) {
            random_fill(&o->party->random, ROLE_PROVIDER, o->c->step, ITEM_BIT_SHARE, at,
                        planes[plane], n);
        } else {
            packed_read(o->planes, at, planes[plane], n);
        }
    }
}

static void local_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct open *o = context;
    const struct compare *c = o->c;
    struct planes opened, d;
    uint64_t shares[COMPARE_GROUP_PLANES * COMPARE_GROUPS_MAX + 1][BLOCK_WORDS];
    size_t words = (n + 63) / 64, first_word = first / 64;
    uint64_t flip = o->party->role == ROLE_PROVIDER ? UINT64_MAX : 0;

    assert(c->planes > 0 && c->opened > 0);
    own_half(o, first, t[0], n);
    packed_read(o->from, first, t[1], n);
    ring_add(t[0], t[0], t[1], n);
    slice(&opened, t[0], n, c->opened);
    read_planes(o, first_word, words, shares);
    for (size_t j = 0; j < c->thresholds; j++) {
        /* cppcheck-suppress uninitvar ; written here */
        bit_subtract(d.word[0], opened.word[0], compare_threshold(c, j), BLOCK_WORDS, c->opened,
                     words);
        for (unsigned g = 0; g < c->groups; g++) {
            size_t at = (j * c->groups + g) * c->words + first_word;
            bit_group_compare(&o->state.less[at], &o->state.equal[at],
                              shares[COMPARE_GROUP_PLANES * g], d.word[COMPARE_GROUP_BITS * g],
                              BLOCK_WORDS, compare_group_bits(c, g), words,
                              o->party->role == ROLE_PROVIDER);
        }
        /* not msb(d) but for the carry; its public part is the provider's. */
        uint64_t *top = o->state.top + j * c->words + first_word;
        for (size_t w = 0; w < words; w++) {
            top[w] = (flip & ~d.word[c->opened - 1][w]) ^ shares[c->planes - 1][w];
        }
    }
    mpcf_wipe(shares, sizeof shares);
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    struct compare c = compare_of(p->program, s);

    if (round > 0) {
        compare_tree_receive(&c, p, round, in);
        return MPCF_OK;
    }
    uint64_t *block = share_pool_take(p->pool, compare_state_words(&c));
    if (block == NULL) {
        return mpcf_fail_memory(err, 8 * compare_state_words(&c), "comparisons");
    }
    p->state[s->index] = block;
    struct open o = {.c = &c, .party = p, .x = party_operand(p, s, 0)};
    bool was_sent_offline =
        step_in(p->program, s, 0)->is_input_independent && p->role == ROLE_PROVIDER;
    o.state = compare_state_at(&c, block);
    o.from = message_array(was_sent_offline ? &p->offline[s->index] : in, c.elements, c.opened);
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        o.planes = message_array(&correction, c.planes * c.words, 64);
    }
    blocks_for(c.elements, local_block, &o);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct compare c = compare_of(p->program, s);
    struct compare_state state = compare_state_at(&c, p->state[s->index]);
    uint64_t *out = NULL;

    MPCF_TRY(party_result(p, s, &out, err));
    for (size_t t = 0; t < c.thresholds; t++) {
        const uint64_t *less = state.less + t * c.groups * c.words;
        for (size_t w = 0; w < c.words; w++) {
            out[t * c.words + w] = state.top[t * c.words + w] ^ less[w];
        }
    }
    share_pool_give(p->pool, p->state[s->index]);
    p->state[s->index] = NULL;
    return MPCF_OK;
}

const struct step_operations step_operations_compare = {
    .check = check,
    .ring_needed = ring_needed,
    .rounds = rounds,
    .axes = axes_none,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send_offline = send_offline,
    .send = send,
    .receive = receive,
    .compute = compute,
};
