/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a COMPARE: joins (less, equal) of neighbouring groups,
 *     less = less_high xor (equal_high and less_low), equal = equal_high and equal_low,
 * until one group is left; the lowest pair needs no equality.
 *
 * Each `and` opens its operands under dealer bits: p xor alpha, g xor beta, p' xor gamma, so three
 * bits a pair, element and threshold from each party (two at the lowest), one round a level.
 * Dealer: the user's shares of alpha beta and alpha gamma.
 * Source: Beaver triples over GF(2).
 */
#include "protocol/compare_tree.h"

#include "base/memory.h"
#include "base/workers.h"
#include "channel/role.h"

#define CHUNK_WORDS 1024

void compare_tree_cost(const struct compare *c, struct step_cost *cost)
{
    for (unsigned round = 1; round < c->rounds; round++) {
        size_t groups = 0, pairs = compare_pairs(c, round, &groups);
        uint64_t bits = packed_cost(c->thresholds * (3 * pairs - 1) * c->words, 64);
        cost->provider_bits[round] = cost->user_bits[round] = bits;
        cost->correction_bits += packed_cost(c->thresholds * (2 * pairs - 1) * c->words, 64);
    }
}

/* One pair of one threshold, words [first, first + n). Planes of a threshold lie one behind the
 * other: opened 3 j - 1 before pair j > 0, products 2 j - 1. */
struct tree {
    const struct compare *c;
    const struct randomness *random;
    enum role role;
    unsigned round;
    size_t groups, pairs, chunks;
    struct compare_state state;
    struct packed_array array;    /* message: written or read */
    struct packed_array products; /* correction: written by the dealer, read by the user */
    void (*body)(const struct tree *k, size_t t, size_t pair, size_t first, size_t n);
};

static size_t opened_plane(const struct tree *k, size_t t, size_t pair)
{
    return t * (3 * k->pairs - 1) + (pair == 0 ? 0 : 3 * pair - 1);
}

static size_t product_plane(const struct tree *k, size_t t, size_t pair)
{
    return t * (2 * k->pairs - 1) + (pair == 0 ? 0 : 2 * pair - 1);
}

static void tree_body(void *context, size_t begin, size_t end)
{
    const struct tree *k = context;

    for (size_t i = begin; i < end; i++) {
        size_t first = i % k->chunks * CHUNK_WORDS, unit = i / k->chunks;
        size_t left = k->c->words - first;
        k->body(k, unit / k->pairs, unit % k->pairs, first,
                left < CHUNK_WORDS ? left : CHUNK_WORDS);
    }
}

static void tree_run(struct tree *k)
{
    k->chunks = (k->c->words + CHUNK_WORDS - 1) / CHUNK_WORDS;
    workers_for(k->c->thresholds * k->pairs * k->chunks, 4, tree_body, k);
}

/* ROLE's share of mask WHICH (alpha, beta, gamma) of a pair. */
static void mask(const struct tree *k, enum role role, size_t t, size_t pair, size_t which,
                 size_t first, uint64_t *out, size_t n)
{
    size_t plane = opened_plane(k, t, pair) + which;

    random_fill(k->random, role, k->c->step, ITEM_TREE + k->round, plane * k->c->words + first, out,
                n);
}

static void product_share(const struct tree *k, size_t t, size_t pair, size_t which, size_t first,
                          uint64_t *out, size_t n)
{
    size_t at = (product_plane(k, t, pair) + which) * k->c->words + first;

    if (k->role == ROLE_USER) {
        packed_read(k->products, at, out, n);
    } else {
        random_fill(k->random, ROLE_PROVIDER, k->c->step, ITEM_TREE_SHARE + k->round, at, out, n);
    }
}

/* --- Dealer --- */

static void deal_pair(const struct tree *k, size_t t, size_t pair, size_t first, size_t n)
{
    uint64_t alpha[CHUNK_WORDS], other[CHUNK_WORDS], factor[CHUNK_WORDS];

    mask(k, ROLE_PROVIDER, t, pair, 0, first, alpha, n);
    mask(k, ROLE_USER, t, pair, 0, first, other, n);
    for (size_t i = 0; i < n; i++) {
        alpha[i] ^= other[i];
    }
    for (size_t which = 0; which < (pair == 0 ? 1u : 2u); which++) {
        mask(k, ROLE_PROVIDER, t, pair, 1 + which, first, factor, n);
        mask(k, ROLE_USER, t, pair, 1 + which, first, other, n);
        for (size_t i = 0; i < n; i++) {
            factor[i] = (factor[i] ^ other[i]) & alpha[i];
        }
        product_share(k, t, pair, which, first, other, n);
        for (size_t i = 0; i < n; i++) {
            factor[i] ^= other[i];
        }
        size_t at = (product_plane(k, t, pair) + which) * k->c->words + first;
        packed_write(k->products, at, factor, n);
    }
    mpcf_wipe(alpha, sizeof alpha);
    mpcf_wipe(factor, sizeof factor);
}

mpcf_status compare_tree_deal(const struct compare *c, struct deal_run *d, struct message *out,
                              mpcf_error *err)
{
    (void) err;
    for (unsigned round = 1; round < c->rounds; round++) {
        struct tree k = {.c = c, .random = &d->random, .role = ROLE_PROVIDER, .round = round};
        k.pairs = compare_pairs(c, round, &k.groups);
        k.products = message_array(out, c->thresholds * (2 * k.pairs - 1) * c->words, 64);
        k.body = deal_pair;
        tree_run(&k);
    }
    return MPCF_OK;
}

/* --- Parties --- */

/* The plane WHICH of a pair that is opened: equal_high, less_low, equal_low. */
static const uint64_t *operand(const struct tree *k, size_t t, size_t pair, size_t which)
{
    size_t low = (t * k->c->groups + 2 * pair) * k->c->words, high = low + k->c->words;

    return which == 0 ? k->state.equal + high : (which == 1 ? k->state.less : k->state.equal) + low;
}

static void send_pair(const struct tree *k, size_t t, size_t pair, size_t first, size_t n)
{
    for (size_t which = 0; which < (pair == 0 ? 2u : 3u); which++) {
        size_t at = (opened_plane(k, t, pair) + which) * k->c->words + first;
        uint64_t *own = k->state.opened + at;
        const uint64_t *x = operand(k, t, pair, which) + first;
        mask(k, k->role, t, pair, which, first, own, n);
        for (size_t i = 0; i < n; i++) {
            own[i] ^= x[i];
        }
        packed_write(k->array, at, own, n);
    }
}

static struct tree party_tree(const struct compare *c, struct party *p, unsigned round,
                              struct message *m)
{
    struct tree k = {.c = c, .random = &p->random, .role = p->role, .round = round};

    k.state = compare_state_at(c, p->state[c->step->index]);
    k.pairs = compare_pairs(c, round, &k.groups);
    k.array = message_array(m, c->thresholds * (3 * k.pairs - 1) * c->words, 64);
    return k;
}

void compare_tree_send(const struct compare *c, struct party *p, unsigned round,
                       struct message *out)
{
    struct tree k = party_tree(c, p, round, out);

    k.body = send_pair;
    tree_run(&k);
}

/* The opened plane WHICH of a pair: own half and the other's, into OUT. */
static void opened(const struct tree *k, size_t t, size_t pair, size_t which, size_t first,
                   uint64_t *out, size_t n)
{
    size_t at = (opened_plane(k, t, pair) + which) * k->c->words + first;

    packed_read(k->array, at, out, n);
    for (size_t i = 0; i < n; i++) {
        out[i] ^= k->state.opened[at + i];
    }
}

/* less_low of a pair becomes less of the joined group, and so for equal; they move to their new
 * place in tree_settle(). */
static void join_pair(const struct tree *k, size_t t, size_t pair, size_t first, size_t n)
{
    uint64_t a[CHUNK_WORDS], alpha[CHUNK_WORDS], b[CHUNK_WORDS], beta[CHUNK_WORDS];
    uint64_t product[CHUNK_WORDS], provides = k->role == ROLE_PROVIDER ? UINT64_MAX : 0;
    size_t low = (t * k->c->groups + 2 * pair) * k->c->words + first;

    opened(k, t, pair, 0, first, a, n);
    mask(k, k->role, t, pair, 0, first, alpha, n);
    for (size_t which = 0; which < (pair == 0 ? 1u : 2u); which++) {
        uint64_t *out = (which == 0 ? k->state.less : k->state.equal) + low;
        const uint64_t *high = k->state.less + low + k->c->words;
        opened(k, t, pair, 1 + which, first, b, n);
        mask(k, k->role, t, pair, 1 + which, first, beta, n);
        product_share(k, t, pair, which, first, product, n);
        for (size_t i = 0; i < n; i++) {
            uint64_t both = (a[i] & (beta[i] ^ (b[i] & provides))) ^ (b[i] & alpha[i]) ^ product[i];
            out[i] = which == 0 ? high[i] ^ both : both;
        }
    }
    mpcf_wipe(alpha, sizeof alpha);
    mpcf_wipe(beta, sizeof beta);
    mpcf_wipe(product, sizeof product);
}

static void move_plane(uint64_t *planes, size_t to, size_t from, size_t words)
{
    for (size_t i = 0; to != from && i < words; i++) {
        planes[to * words + i] = planes[from * words + i];
    }
}

static void tree_settle(const struct tree *k)
{
    for (size_t t = 0; t < k->c->thresholds; t++) {
        size_t base = t * k->c->groups;
        for (size_t group = 0; group < (k->groups + 1) / 2; group++) {
            move_plane(k->state.less, base + group, base + 2 * group, k->c->words);
            move_plane(k->state.equal, base + group, base + 2 * group, k->c->words);
        }
    }
}

void compare_tree_receive(const struct compare *c, struct party *p, unsigned round,
                          struct message *in)
{
    struct tree k = party_tree(c, p, round, in);
    struct message correction = {0};

    if (p->role == ROLE_USER) {
        correction = party_correction(p, c->step);
        correction.at = c->planes * c->words * 8;
        for (unsigned i = 1; i <= round; i++) {
            size_t groups = 0, pairs = compare_pairs(c, i, &groups);
            k.products = message_array(&correction, c->thresholds * (2 * pairs - 1) * c->words, 64);
        }
    }
    k.body = join_pair;
    tree_run(&k);
    tree_settle(&k);
}
