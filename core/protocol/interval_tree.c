/* SPDX-License-Identifier: Apache-2.0 */
/* How keys are made along the way to r, and how a party goes down to the nodes that count. */
#include "protocol/interval_tree.h"

#include <assert.h>

#include "base/memory.h"
#include "protocol/interval_kernel.h"

enum {
    HASH_LEFT,
    HASH_RIGHT,
    HASH_PAYLOAD, /* the first two; the third is of the next */
    HASH_PAYLOAD_2,
    WORDS = 2 /* of a seed, of a correction */
};

struct tree tree_of(unsigned bits, unsigned finest, unsigned ring)
{
    struct tree t = {.bits = bits, .finest = finest, .depth = bits - finest, .ring = ring};

    t.first = t.depth;
    while (t.first > TREE_SPLIT_BITS + 3) {
        t.first -= 2;
    }
    t.stops = (t.depth - t.first) / 2 + 1;
    return t;
}

size_t tree_words(const struct tree *t)
{
    return WORDS * (size_t) t->depth;
}

size_t tree_payloads(const struct tree *t)
{
    return TREE_PAYLOADS * (size_t) t->stops;
}

static bool is_stop(const struct tree *t, unsigned depth)
{
    return depth >= t->first && (depth - t->first) % 2 == 0;
}

/* Of a stop's, in a key. */
static size_t first_payload(const struct tree *t, unsigned depth)
{
    return TREE_PAYLOADS * (size_t) ((depth - t->first) / 2);
}

static uint64_t mask_of(uint64_t bit)
{
    return 0 - (bit & 1);
}

#define SEED_MASK (~(uint64_t) 3) /* below it a node's own bit, or corrections of both children's */

/* Words of N keys of STRIDE each, from AT on, side by side; zeros behind them. */
static void take_words(uint64_t *out, const uint64_t *words, size_t stride, size_t at, size_t n)
{
    for (size_t i = 0; i < TREE_ROWS; i++) {
        out[i] = i < n ? words[stride * i + at] : 0;
    }
}

/* --- Dealer --- */

struct lane {
    uint64_t low[TREE_ROWS], high[TREE_ROWS];
};

struct way {
    struct lane seed[2]; /* of both parties, on the way to r; bits lowest */
    struct lane left[2], right[2];
};

static void expand(const struct prg_key *hash, struct way *w, unsigned left, unsigned right)
{
    for (int p = 0; p < 2; p++) {
        struct lane *l = &w->left[p], *r = &w->right[p];
        prg_hash(hash, left, w->seed[p].low, w->seed[p].high, l->low, l->high, TREE_ROWS);
        prg_hash(hash, right, w->seed[p].low, w->seed[p].high, r->low, r->high, TREE_ROWS);
    }
}

static uint64_t choose(uint64_t zero, uint64_t one, uint64_t bit)
{
    return zero ^ (mask_of(bit) & (zero ^ one));
}

/* One depth down, of key I, whose r goes to the side BIT. */
static void step_down(struct way *w, size_t i, uint64_t bit, uint64_t *correction)
{
    uint64_t bits[2] = {bit ^ 1, bit}, lost[2] = {0};

    for (int p = 0; p < 2; p++) {
        lost[0] ^= choose(w->right[p].low[i], w->left[p].low[i], bit);
        lost[1] ^= choose(w->right[p].high[i], w->left[p].high[i], bit);
        bits[0] ^= w->left[p].low[i];
        bits[1] ^= w->right[p].low[i];
    }
    correction[0] = (lost[0] & SEED_MASK) | (bits[0] & 1) | (bits[1] & 1) << 1;
    correction[1] = lost[1];
    for (int p = 0; p < 2; p++) {
        const uint64_t all = mask_of(w->seed[p].low[i]);
        const uint64_t low = choose(w->left[p].low[i], w->right[p].low[i], bit);
        const uint64_t fix = (lost[0] & SEED_MASK) | (choose(bits[0], bits[1], bit) & 1);
        w->seed[p].low[i] = (low & ~(uint64_t) 2) ^ (all & fix);
        w->seed[p].high[i] =
            choose(w->left[p].high[i], w->right[p].high[i], bit) ^ (all & correction[1]);
    }
}

/* t - 1/2 of R in its node of 2^L numbers. */
static int64_t place_of(uint64_t r, unsigned l)
{
    const uint64_t t = r & (((uint64_t) 1 << l) - 1);
    const uint64_t place =
        l >= TREE_PLACE_BITS ? t >> (l - TREE_PLACE_BITS) : t << (TREE_PLACE_BITS - l);

    return (int64_t) place - (1 << (TREE_PLACE_BITS - 1));
}

static void deal_payload(const struct way *w, size_t i, int64_t place, uint64_t *payloads)
{
    const int64_t half = 1 << (TREE_PLACE_BITS - 1);
    const uint64_t dealt[TREE_PAYLOADS] = {1, (uint64_t) place,
                                           (uint64_t) ((place * place + half) >> TREE_PLACE_BITS)};
    const uint64_t minus = mask_of(w->seed[1].low[i]);
    const uint64_t masks[TREE_PAYLOADS] = {w->left[1].low[i] - w->left[0].low[i],
                                           w->left[1].high[i] - w->left[0].high[i],
                                           w->right[1].low[i] - w->right[0].low[i]};

    for (size_t k = 0; k < TREE_PAYLOADS; k++) {
        payloads[k] = ((dealt[k] + masks[k]) ^ minus) - minus;
    }
}

void tree_deal(const struct tree *t, const struct prg_key *hash, const uint64_t *r,
               uint64_t *const seeds[2], size_t n, uint64_t *words, uint64_t *payloads)
{
    struct way w;

    assert(n <= TREE_ROWS);
    for (int p = 0; p < 2; p++) {
        /* cppcheck-suppress uninitvar ; an address alone */
        take_words(w.seed[p].low, seeds[p], WORDS, 0, n);
        take_words(w.seed[p].high, seeds[p], WORDS, 1, n);
        for (size_t i = 0; i < TREE_ROWS; i++) {
            w.seed[p].low[i] = (w.seed[p].low[i] & SEED_MASK) | (unsigned) p;
        }
    }
    for (unsigned d = 0; d <= t->depth; d++) {
        if (is_stop(t, d)) {
            expand(hash, &w, HASH_PAYLOAD, HASH_PAYLOAD_2);
            for (size_t i = 0; i < n; i++) {
                deal_payload(&w, i, place_of(r[i], t->bits - d),
                             payloads + tree_payloads(t) * i + first_payload(t, d));
            }
        }
        if (d < t->depth) {
            expand(hash, &w, HASH_LEFT, HASH_RIGHT);
        }
        for (size_t i = 0; i < n && d < t->depth; i++) {
            step_down(&w, i, r[i] >> (t->bits - d - 1) & 1, words + tree_words(t) * i + WORDS * d);
        }
    }
    mpcf_wipe(&w, sizeof w);
}

/* --- Parties --- */

struct walk {
    const struct tree *tree;
    const struct prg_key *hash;
    const struct interval_kernel *kernel;
    size_t keys, count;         /* COUNT nodes of each */
    struct tree_nodes nodes[2]; /* by J: now, and their children */
    struct tree_nodes left, right;
    uint64_t c[TREE_ROWS], sum[TREE_ROWS];
};

/* How many nodes there are at DEPTH, of NEAR nodes halved above. Up to the first stop no J is beyond half of
 * all. */
static size_t count_at(const struct tree *t, unsigned depth, size_t near)
{
    const size_t half = ((size_t) 1 << (depth - 1)) + 1;

    return depth <= t->first && half < 2 * near ? half : 2 * near;
}

static size_t near_at(const struct tree *t, unsigned depth, size_t count)
{
    return is_stop(t, depth) && count > TREE_NEAR ? TREE_NEAR : count;
}

static void halve(struct walk *w, unsigned depth, const uint64_t *words)
{
    const struct tree *t = w->tree;
    const struct tree_nodes *nodes = &w->nodes[depth % 2];
    const size_t near = near_at(t, depth, w->count);
    uint64_t correction[WORDS][TREE_ROWS], a[TREE_ROWS];

    w->count = count_at(t, depth + 1, near);
    prg_hash(w->hash, HASH_LEFT, nodes->low, nodes->high, w->left.low, w->left.high,
             TREE_ROWS * near);
    prg_hash(w->hash, HASH_RIGHT, nodes->low, nodes->high, w->right.low, w->right.high,
             TREE_ROWS * near);
    for (size_t i = 0; i < TREE_ROWS; i++) {
        a[i] = w->c[i] >> (t->bits - depth - 1);
    }
    for (size_t i = 0; i < WORDS; i++) {
        take_words(correction[i], words, tree_words(t), WORDS * depth + i, w->keys);
    }
    w->kernel->children(&w->nodes[1 - depth % 2], w->count, nodes, &w->left, &w->right, near,
                        correction, a);
}

/* g - 1/2, less half a unit of a place that was cut. */
static int64_t opened_part(unsigned l, uint64_t c)
{
    const uint64_t g = c & (((uint64_t) 1 << l) - 1);
    const int64_t at =
        (int64_t) (l >= TREE_PART_BITS ? g >> (l - TREE_PART_BITS) : g << (TREE_PART_BITS - l));

    return at - (1 << (TREE_PART_BITS - 1)) -
           (l > TREE_PLACE_BITS ? 1 << (TREE_PART_BITS - TREE_PLACE_BITS - 1) : 0);
}

/* Behind the first stop, the last three nodes of a list are such or, depending on c, behind it: x would be
 * negative. */
static void count_nodes(const struct walk *w, unsigned depth, size_t first,
                        const struct tree_function *f, struct tree_sum *sum)
{
    const struct tree *t = w->tree;
    const struct tree_nodes *nodes = &w->nodes[depth % 2];
    const unsigned l = t->bits - depth, shift = (t->depth - depth) / 2 * f->down;
    const size_t sure = depth > t->first ? w->count - 3 : w->count;
    int64_t e[TREE_ROWS];
    uint64_t is_there[TREE_ROWS];

    for (size_t i = 0; i < TREE_ROWS; i++) {
        e[i] = opened_part(l, w->c[i]);
        is_there[i] = UINT64_MAX;
    }
    w->kernel->count(sum, nodes, &w->left, w->right.low, f->series, e, shift, is_there, first,
                     sure);
    for (size_t j = sure; j < w->count; j++) {
        for (size_t i = 0; i < TREE_ROWS; i++) {
            is_there[i] = mask_of(~(((w->c[i] >> l & 3) - (j - sure + 1)) >> 63));
        }
        w->kernel->count(sum, nodes, &w->left, w->right.low, f->series, e, shift, is_there, j,
                         j + 1);
    }
}

/* At a stop before the last the near nodes do not count: their children do. */
static void count_stop(struct walk *w, unsigned depth, const uint64_t *payloads,
                       const struct tree_function *function)
{
    const struct tree *t = w->tree;
    const struct tree_nodes *nodes = &w->nodes[depth % 2];
    const size_t first = depth < t->depth ? TREE_NEAR : 0;
    const size_t at = TREE_ROWS * first, blocks = TREE_ROWS * (w->count - first);
    struct tree_sum sum = {{0}, {{0}}};
    uint64_t dealt[TREE_ROWS];

    prg_hash(w->hash, HASH_PAYLOAD, nodes->low + at, nodes->high + at, w->left.low + at,
             w->left.high + at, blocks);
    prg_hash(w->hash, HASH_PAYLOAD_2, nodes->low + at, nodes->high + at, w->right.low + at,
             w->right.high + at, blocks);
    count_nodes(w, depth, first, function, &sum);
    for (size_t k = 0; k < TREE_PAYLOADS; k++) {
        take_words(dealt, payloads, tree_payloads(t), first_payload(t, depth) + k, w->keys);
        for (size_t i = 0; i < TREE_ROWS; i++) {
            w->sum[i] += (k == 0 ? sum.total[i] : 0) + sum.counted[k][i] * dealt[i];
        }
    }
    mpcf_wipe(&sum, sizeof sum);
}

static void begin_walk(struct walk *w, enum role role, const uint64_t *c, const uint64_t *seeds)
{
    take_words(w->c, c, 1, 0, w->keys);
    take_words(w->nodes[0].low, seeds, WORDS, 0, w->keys);
    take_words(w->nodes[0].high, seeds, WORDS, 1, w->keys);
    for (size_t i = 0; i < TREE_ROWS; i++) {
        w->nodes[0].low[i] = (w->nodes[0].low[i] & SEED_MASK) | (role == ROLE_USER ? 1 : 0);
        w->sum[i] = 0;
    }
}

void tree_walk(const struct tree *t, const struct prg_key *hash, enum role role, const uint64_t *c,
               const uint64_t *seeds, const uint64_t *words, const uint64_t *payloads, size_t n,
               const struct tree_function *function, uint64_t *out)
{
    struct walk w;

    assert(n <= TREE_ROWS);
    w.tree = t;
    w.hash = hash;
    w.kernel = interval_kernel();
    w.keys = n;
    w.count = 1;
    begin_walk(&w, role, c, seeds);
    for (unsigned d = 0; d <= t->depth; d++) {
        if (is_stop(t, d)) {
            count_stop(&w, d, payloads, function);
        }
        if (d < t->depth) {
            halve(&w, d, words);
        }
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = role == ROLE_USER ? 0 - w.sum[i] : w.sum[i];
    }
    mpcf_wipe(&w, sizeof w);
}
