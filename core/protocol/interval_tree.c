/* SPDX-License-Identifier: Apache-2.0 */
/* How keys are made along the way to r, and how a party goes down to the nodes that count. */
#include "protocol/interval_tree.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "ring/ring.h"

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

/* --- A correction: 126 bits of seed, and below them the bits of both children --- */

#define SEED_MASK (~(uint64_t) 3)

static uint64_t mask_of(uint64_t bit)
{
    return 0 - (bit & 1);
}

/* CHILD, as it is expanded, corrected where its parent's BIT is set: a seed with its own bit lowest. */
static void correct(const uint64_t *child, unsigned side, const uint64_t *correction, uint64_t bit,
                    uint64_t *out)
{
    const uint64_t all = mask_of(bit);

    out[0] = (child[0] & ~(uint64_t) 2) ^
             (all & ((correction[0] & SEED_MASK) | (correction[0] >> side & 1)));
    out[1] = child[1] ^ (all & correction[1]);
}

/* --- Dealer --- */

struct way {
    uint64_t seed[2][WORDS * TREE_ROWS]; /* of both parties, on the way to r; bits lowest */
    uint64_t left[2][WORDS * TREE_ROWS], right[2][WORDS * TREE_ROWS];
};

static void choose(uint64_t *out, const uint64_t *zero, const uint64_t *one, uint64_t bit)
{
    const uint64_t all = mask_of(bit);

    out[0] = zero[0] ^ (all & (zero[0] ^ one[0]));
    out[1] = zero[1] ^ (all & (zero[1] ^ one[1]));
}

/* One depth down, of key I: R's next bit is BIT. */
static void step_down(struct way *w, size_t i, uint64_t bit, uint64_t *correction)
{
    uint64_t lost[2][WORDS], kept[WORDS], sides[2][WORDS];

    for (int p = 0; p < 2; p++) {
        choose(lost[p], w->right[p] + WORDS * i, w->left[p] + WORDS * i, bit);
    }
    const uint64_t left = w->left[0][WORDS * i] ^ w->left[1][WORDS * i] ^ bit ^ 1;
    const uint64_t right = w->right[0][WORDS * i] ^ w->right[1][WORDS * i] ^ bit;
    correction[0] = ((lost[0][0] ^ lost[1][0]) & SEED_MASK) | (left & 1) | (right & 1) << 1;
    correction[1] = lost[0][1] ^ lost[1][1];
    for (int p = 0; p < 2; p++) {
        uint64_t *seed = w->seed[p] + WORDS * i;
        correct(w->left[p] + WORDS * i, 0, correction, seed[0], sides[0]);
        correct(w->right[p] + WORDS * i, 1, correction, seed[0], sides[1]);
        choose(kept, sides[0], sides[1], bit);
        memcpy(seed, kept, sizeof kept);
    }
    mpcf_wipe(lost, sizeof lost);
    mpcf_wipe(sides, sizeof sides);
}

/* t - 1/2 of R in its node of 2^L numbers. */
static int64_t place_of(uint64_t r, unsigned l)
{
    const uint64_t t = r & (((uint64_t) 1 << l) - 1);
    const uint64_t place =
        l >= TREE_PLACE_BITS ? t >> (l - TREE_PLACE_BITS) : t << (TREE_PLACE_BITS - l);

    return (int64_t) place - (1 << (TREE_PLACE_BITS - 1));
}

static void deal_payloads(struct way *w, unsigned l, const uint64_t *r, size_t n, size_t stride,
                          uint64_t *payloads)
{
    for (size_t i = 0; i < n; i++) {
        const int64_t place = place_of(r[i], l);
        const int64_t half = 1 << (TREE_PLACE_BITS - 1);
        const int64_t dealt[TREE_PAYLOADS] = {1, place, (place * place + half) >> TREE_PLACE_BITS};
        const uint64_t minus = mask_of(w->seed[1][WORDS * i]);
        for (size_t k = 0; k < TREE_PAYLOADS; k++) {
            uint64_t *const *first = k < 2 ? (uint64_t *const[]){w->left[0], w->left[1]}
                                           : (uint64_t *const[]){w->right[0], w->right[1]};
            const size_t at = WORDS * i + k % 2;
            const uint64_t difference = (uint64_t) dealt[k] - first[0][at] + first[1][at];
            payloads[i * stride + k] = (difference ^ minus) - minus;
        }
    }
}

void tree_deal(const struct tree *t, const struct prg_key *hash, const uint64_t *r,
               uint64_t *const seeds[2], size_t n, uint64_t *words, uint64_t *payloads)
{
    struct way w;

    assert(n <= TREE_ROWS);
    for (int p = 0; p < 2; p++) {
        for (size_t i = 0; i < n; i++) {
            w.seed[p][WORDS * i] = (seeds[p][WORDS * i] & SEED_MASK) | (unsigned) p;
            w.seed[p][WORDS * i + 1] = seeds[p][WORDS * i + 1];
        }
    }
    for (unsigned d = 0; d <= t->depth; d++) {
        if (is_stop(t, d)) {
            for (int p = 0; p < 2; p++) {
                prg_hash(hash, w.seed[p], HASH_PAYLOAD, w.left[p], n);
                prg_hash(hash, w.seed[p], HASH_PAYLOAD_2, w.right[p], n);
            }
            deal_payloads(&w, t->bits - d, r, n, tree_payloads(t),
                          payloads + TREE_PAYLOADS * ((d - t->first) / 2));
        }
        for (int p = 0; p < 2 && d < t->depth; p++) {
            prg_hash(hash, w.seed[p], HASH_LEFT, w.left[p], n);
            prg_hash(hash, w.seed[p], HASH_RIGHT, w.right[p], n);
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
    size_t rows, count;                             /* keys; nodes of each */
    uint64_t nodes[TREE_ROWS * TREE_NODES * WORDS]; /* [rows][count], by J */
    uint64_t left[TREE_ROWS * TREE_NODES * WORDS], right[TREE_ROWS * TREE_NODES * WORDS];
};

/* The children of NEAR nodes of one key, by J again. Those of node j are J = 2 j + a (left) and 2 j + a - 1,
 * where A is the bit of c: so the list is the children in turn, one place on or not. */
static void take_children(uint64_t *out, size_t count, const uint64_t *nodes, const uint64_t *left,
                          const uint64_t *right, size_t near, const uint64_t *correction,
                          uint64_t a)
{
    uint64_t children[2 * TREE_NODES * WORDS];

    for (size_t j = 0; j < near; j++) {
        const uint64_t bit = nodes[WORDS * j];
        correct(right + WORDS * j, 1, correction, bit, children + 2 * WORDS * j);
        correct(left + WORDS * j, 0, correction, bit, children + 2 * WORDS * j + WORDS);
    }
    memcpy(children + 2 * WORDS * near, children, WORDS * sizeof *children);
    const uint64_t here = mask_of(a);
    for (size_t i = 0; i < WORDS * count; i++) {
        out[i] = children[i + WORDS] ^ (here & (children[i + WORDS] ^ children[i]));
    }
    mpcf_wipe(children, sizeof children);
}

/* How many nodes there are at DEPTH, of NEAR nodes halved above. Before the first stop no J is beyond half of
 * all. */
static size_t count_at(const struct tree *t, unsigned depth, size_t near)
{
    const size_t half = depth == 0 ? 1 : ((size_t) 1 << (depth - 1)) + 1;

    return depth <= t->first && half < 2 * near ? half : 2 * near;
}

static size_t near_at(const struct tree *t, unsigned depth, size_t count)
{
    return is_stop(t, depth) && count > TREE_NEAR ? TREE_NEAR : count;
}

static void halve(struct walk *w, unsigned depth, const uint64_t *c, const uint64_t *words)
{
    const struct tree *t = w->tree;
    const size_t near = near_at(t, depth, w->count), count = count_at(t, depth + 1, near);
    uint64_t *next = w->nodes;

    for (size_t i = 0; i < w->rows; i++) { /* the near ones of all keys, one behind the other */
        memmove(next + WORDS * near * i, w->nodes + WORDS * w->count * i,
                WORDS * near * sizeof *next);
    }
    prg_hash(w->hash, w->nodes, HASH_LEFT, w->left, near * w->rows);
    prg_hash(w->hash, w->nodes, HASH_RIGHT, w->right, near * w->rows);
    for (size_t i = w->rows; i-- > 0;) { /* backwards: the lists grow in place */
        uint64_t list[TREE_NODES * WORDS];
        take_children(list, count, w->nodes + WORDS * near * i, w->left + WORDS * near * i,
                      w->right + WORDS * near * i, near, words + tree_words(t) * i + WORDS * depth,
                      c[i] >> (t->bits - depth - 1));
        memcpy(next + WORDS * count * i, list, WORDS * count * sizeof *list);
        mpcf_wipe(list, sizeof list);
    }
    w->count = count;
}

/* Of one key, what its nodes at a stop are worth: the sum of pieces times payloads. */
static uint64_t sum_nodes(const struct walk *w, size_t row, uint64_t (*pieces)[TREE_NODES],
                          const uint64_t *payloads)
{
    const size_t first = WORDS * w->count * row;
    uint64_t sum = 0, counted[TREE_PAYLOADS] = {0};

    for (size_t j = 0; j < w->count; j++) {
        const size_t at = first + WORDS * j;
        const uint64_t is_set = mask_of(w->nodes[at]);
        sum += pieces[0][j] * w->left[at] + pieces[1][j] * w->left[at + 1] +
               pieces[2][j] * w->right[at];
        for (size_t k = 0; k < TREE_PAYLOADS; k++) {
            counted[k] += is_set & pieces[k][j];
        }
    }
    for (size_t k = 0; k < TREE_PAYLOADS; k++) {
        sum += counted[k] * payloads[k];
    }
    return sum;
}

/* At a stop before the last the near nodes do not count: their children do. Behind the first, the last three of
 * a list are such nodes or, depending on c, behind it: then x would be negative. */
static void leave_out(const struct tree *t, unsigned depth, uint64_t c,
                      uint64_t (*pieces)[TREE_NODES])
{
    for (size_t j = 0; depth < t->depth && j < TREE_NEAR; j++) {
        pieces[0][j] = pieces[1][j] = pieces[2][j] = 0;
    }
    for (uint64_t j = 1; depth > t->first && j < 4; j++) {
        const uint64_t is_there = mask_of(~(((c & 3) - j) >> 63));
        for (size_t k = 0; k < TREE_PAYLOADS; k++) {
            pieces[k][TREE_NODES - 4 + j] &= is_there;
        }
    }
}

static void count_stop(struct walk *w, unsigned depth, const uint64_t *c, const uint64_t *payloads,
                       tree_pieces *evaluate, const void *context, uint64_t *out)
{
    const struct tree *t = w->tree;
    const size_t stop = (depth - t->first) / 2;
    uint64_t pieces[TREE_PAYLOADS][TREE_NODES];

    prg_hash(w->hash, w->nodes, HASH_PAYLOAD, w->left, w->count * w->rows);
    prg_hash(w->hash, w->nodes, HASH_PAYLOAD_2, w->right, w->count * w->rows);
    for (size_t i = 0; i < w->rows; i++) {
        evaluate(context, t->bits - depth, c[i], w->count, pieces);
        leave_out(t, depth, c[i] >> (t->bits - depth), pieces);
        out[i] += sum_nodes(w, i, pieces, payloads + tree_payloads(t) * i + TREE_PAYLOADS * stop);
    }
}

void tree_walk(const struct tree *t, const struct prg_key *hash, enum role role, const uint64_t *c,
               const uint64_t *seeds, const uint64_t *words, const uint64_t *payloads, size_t n,
               tree_pieces *pieces, const void *context, uint64_t *out)
{
    struct walk w = {.tree = t, .hash = hash, .rows = n, .count = 1};

    assert(n <= TREE_ROWS);
    for (size_t i = 0; i < n; i++) {
        w.nodes[WORDS * i] = (seeds[WORDS * i] & SEED_MASK) | (role == ROLE_USER ? 1 : 0);
        w.nodes[WORDS * i + 1] = seeds[WORDS * i + 1];
        out[i] = 0;
    }
    for (unsigned d = 0; d <= t->depth; d++) {
        if (is_stop(t, d)) {
            count_stop(&w, d, c, payloads, pieces, context, out);
        }
        if (d < t->depth) {
            halve(&w, d, c, words);
        }
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = role == ROLE_USER ? 0 - out[i] : out[i];
    }
    mpcf_wipe(&w, sizeof w);
}
