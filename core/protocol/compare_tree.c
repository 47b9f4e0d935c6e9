/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a COMPARE: joins (less, equal) of up to four neighbouring groups, from the highest down
 *     less = less_1 xor equal_1 less_2 xor equal_1 equal_2 less_3 xor equal_1 equal_2 equal_3 less_4,
 *     equal = equal_1 equal_2 equal_3 equal_4,
 * until one group is left; the lowest join needs no equality.
 *
 * All factors of a join are opened under masks of their own, so that a product of any number of them is a sum of
 * products of opened bits and of masks; the dealer shares the latter, of two masks and more. An element and threshold: a
 * join of w groups opens 2 w - 1 bits from each party (2 w - 2 at the lowest), one round a level.
 * Dealer: the user's shares of 2^(w-1) - w products of equalities' masks, of 2^w - w - 1 of those and one of
 * less-than's, and of 2^(w-1) - 1 (not at the lowest) of those and the lowest equality's: with two groups 2, with four 22.
 * Source: Beaver triples over GF(2), of more factors as in Ohata, Nuida, "Communication-efficient (client-aided) secure
 * two-party protocols and its application" (FC 2020).
 */
#include "protocol/compare_tree.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "channel/role.h"

enum {
    CHUNK_WORDS = 256,
    MASKS_MAX = COMPARE_WIDTH_MAX - 1, /* of equalities that are factors of several products */
    SETS = 1 << MASKS_MAX
};

void compare_tree_cost(const struct compare *c, struct step_cost *cost)
{
    for (unsigned round = 1; round < c->rounds; round++) {
        const struct compare_join j = compare_join(c, round);
        uint64_t bits =
            packed_cost(c->thresholds * compare_opened_before(&j, j.count) * c->words, 64);
        cost->provider_bits[round] = cost->user_bits[round] = bits;
        cost->correction_bits +=
            packed_cost(c->thresholds * compare_products_before(&j, j.count) * c->words, 64);
    }
}

struct tree {
    const struct compare *c;
    const struct randomness *random;
    enum role role;
    unsigned round;
    struct compare_join shape;
    size_t opened, products; /* planes of a threshold */
    size_t chunks;
    struct compare_state state;
    struct packed_array array;  /* message: written or read */
    struct packed_array shares; /* correction: written by the dealer, read by the user */
};

/* One join of one threshold, words [first, first + n). Its planes lie one behind the other: opened are equalities
 * from the highest group down, then less-than from the second highest down, then the lowest equality. */
struct join {
    size_t t, q;  /* threshold, number */
    size_t width; /* w */
    size_t
        factors; /* less-than of groups below the highest, and the lowest equality unless Q is 0 */
    size_t first, n;
    size_t opened, product; /* its first planes, in words of the arrays */
};

typedef void join_body(const struct tree *k, const struct join *j);

struct tree_loop {
    const struct tree *tree;
    join_body *body;
};

static struct join join_at(const struct tree *k, size_t i)
{
    const size_t unit = i / k->chunks, words = k->c->words;
    struct join j = {.t = unit / k->shape.count,
                     .q = unit % k->shape.count,
                     .first = i % k->chunks * CHUNK_WORDS};

    j.n = words - j.first < CHUNK_WORDS ? words - j.first : CHUNK_WORDS;
    j.width = compare_join_width(&k->shape, j.q);
    j.factors = j.width - (j.q == 0 ? 1 : 0);
    j.opened = (j.t * k->opened + compare_opened_before(&k->shape, j.q)) * words + j.first;
    j.product = (j.t * k->products + compare_products_before(&k->shape, j.q)) * words + j.first;
    return j;
}

static void run_joins(void *context, size_t begin, size_t end)
{
    const struct tree_loop *loop = context;

    for (size_t i = begin; i < end; i++) {
        const struct join j = join_at(loop->tree, i);
        if (j.width > 1) { /* else the group stays as it is */
            loop->body(loop->tree, &j);
        }
    }
}

static struct tree tree_of(const struct compare *c, const struct randomness *random, enum role role,
                           unsigned round)
{
    struct tree k = {.c = c, .random = random, .role = role, .round = round};

    k.shape = compare_join(c, round);
    k.opened = compare_opened_before(&k.shape, k.shape.count);
    k.products = compare_products_before(&k.shape, k.shape.count);
    k.chunks = (c->words + CHUNK_WORDS - 1) / CHUNK_WORDS;
    return k;
}

static void tree_run(const struct tree *k, join_body *body)
{
    struct tree_loop loop = {k, body};

    workers_for(k->c->thresholds * k->shape.count * k->chunks, 4, run_joins, &loop);
}

/* Opened planes of a join. */
static size_t opened_count(const struct join *j)
{
    return j->width - 1 + j->factors;
}

/* ROLE's share of the mask of opened plane WHICH. */
static void mask(const struct tree *k, const struct join *j, enum role role, size_t which,
                 uint64_t *out)
{
    random_fill(k->random, role, k->c->step, ITEM_TREE + k->round, j->opened + which * k->c->words,
                out, j->n);
}

/* The provider's share of product WHICH, and the user's. */
static void product_share(const struct tree *k, const struct join *j, size_t which, uint64_t *out)
{
    const size_t at = j->product + which * k->c->words;

    if (k->role == ROLE_USER) {
        packed_read(k->shares, at, out, j->n);
    } else {
        random_fill(k->random, ROLE_PROVIDER, k->c->step, ITEM_TREE_SHARE + k->round, at, out,
                    j->n);
    }
}

static void xor_into(uint64_t *out, const uint64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] ^= x[i];
    }
}

static void and_of(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = x[i] & y[i];
    }
}

/* How many equalities are factors of what is opened as plane width - 1 + F. */
static size_t above(const struct join *j, size_t f)
{
    return f + 1 < j->width ? f + 1 : j->width - 1;
}

static bool is_single(size_t set)
{
    return (set & (set - 1)) == 0;
}

/* --- Dealer --- */

static void whole_mask(const struct tree *k, const struct join *j, size_t which, uint64_t *out)
{
    uint64_t other[CHUNK_WORDS];

    mask(k, j, ROLE_PROVIDER, which, out);
    mask(k, j, ROLE_USER, which, other);
    xor_into(out, other, j->n);
    mpcf_wipe(other, j->n * sizeof *other);
}

/* What product WHICH, overwritten, is more than the provider's share. */
static void write_product(const struct tree *k, const struct join *j, size_t which,
                          uint64_t *product)
{
    uint64_t share[CHUNK_WORDS];

    product_share(k, j, which, share);
    xor_into(product, share, j->n);
    packed_write(k->shares, j->product + which * k->c->words, product, j->n);
    mpcf_wipe(share, j->n * sizeof *share);
}

static void deal_join(const struct tree *k, const struct join *j)
{
    uint64_t sets[SETS][CHUNK_WORDS], factor[CHUNK_WORDS], product[CHUNK_WORDS];
    size_t which = 0;

    for (size_t i = 0; i + 1 < j->width; i++) {
        whole_mask(k, j, i, sets[(size_t) 1 << i]);
    }
    for (size_t set = 3; set < (size_t) 1 << (j->width - 1); set++) {
        if (!is_single(set)) {
            and_of(sets[set], sets[set & (set - 1)], sets[set & (0 - set)], j->n);
            memcpy(product, sets[set], j->n * sizeof *product);
            write_product(k, j, which++, product);
        }
    }
    for (size_t f = 0; f < j->factors; f++) {
        whole_mask(k, j, j->width - 1 + f, factor);
        for (size_t set = 1; set < (size_t) 1 << above(j, f); set++) {
            and_of(product, sets[set], factor, j->n);
            write_product(k, j, which++, product);
        }
    }
    mpcf_wipe(sets, sizeof sets);
    mpcf_wipe(factor, sizeof factor);
    mpcf_wipe(product, sizeof product);
}

mpcf_status compare_tree_deal(const struct compare *c, struct deal_run *d, struct message *out,
                              mpcf_error *err)
{
    (void) err;
    for (unsigned round = 1; round < c->rounds; round++) {
        struct tree k = tree_of(c, &d->random, ROLE_PROVIDER, round);
        k.shares = message_array(out, c->thresholds * k.products * c->words, 64);
        tree_run(&k, deal_join);
    }
    return MPCF_OK;
}

/* --- Parties --- */

/* The plane WHICH that is opened; less_1 is none of them. */
static uint64_t *operand(const struct tree *k, const struct join *j, size_t which)
{
    const size_t highest = k->shape.width * j->q + j->width - 1;
    const size_t down = which < j->width - 1 ? which : which - (j->width - 1) + 1;
    const bool is_less = which >= j->width - 1 && down < j->width;
    const size_t group = highest - (down < j->width ? down : j->width - 1);

    return (is_less ? k->state.less : k->state.equal) +
           (j->t * k->c->groups + group) * k->c->words + j->first;
}

static void send_join(const struct tree *k, const struct join *j)
{
    for (size_t which = 0; which < opened_count(j); which++) {
        const size_t at = j->opened + which * k->c->words;
        uint64_t *own = k->state.opened + at;
        mask(k, j, k->role, which, own);
        xor_into(own, operand(k, j, which), j->n);
        packed_write(k->array, at, own, j->n);
    }
}

static struct tree party_tree(const struct compare *c, struct party *p, unsigned round,
                              struct message *m)
{
    struct tree k = tree_of(c, &p->random, p->role, round);

    k.state = compare_state_at(c, p->state[c->step->index]);
    k.array = message_array(m, c->thresholds * k.opened * c->words, 64);
    return k;
}

void compare_tree_send(const struct compare *c, struct party *p, unsigned round,
                       struct message *out)
{
    const struct tree k = party_tree(c, p, round, out);

    tree_run(&k, send_join);
}

/* The opened plane WHICH: own half and the other's. */
static void opened(const struct tree *k, const struct join *j, size_t which, uint64_t *out)
{
    const size_t at = j->opened + which * k->c->words;

    packed_read(k->array, at, out, j->n);
    xor_into(out, k->state.opened + at, j->n);
}

/* Equalities above a factor, as a sum over sets of their masks: shares of each set's product, and what is opened
 * of the others. */
struct above {
    uint64_t masks[SETS][CHUNK_WORDS], opened[SETS][CHUNK_WORDS];
    size_t sets;
};

static void read_masks(const struct tree *k, const struct join *j, struct above *a, size_t *which)
{
    assert(j->width >= 2);
    for (size_t i = 0; i + 1 < j->width; i++) {
        /* cppcheck-suppress uninitvar ; written here */
        mask(k, j, k->role, i, a->masks[(size_t) 1 << i]);
    }
    for (size_t set = 3; set < (size_t) 1 << (j->width - 1); set++) {
        if (!is_single(set)) {
            product_share(k, j, (*which)++, a->masks[set]);
        }
    }
    for (size_t i = 0; i < j->n; i++) {
        a->masks[0][i] = k->role == ROLE_PROVIDER ? UINT64_MAX : 0; /* of no mask: 1 */
        a->opened[0][i] = UINT64_MAX;
    }
    a->sets = 1;
}

/* And one equality more, the one that is opened as plane WHICH. */
static void multiply(const struct tree *k, const struct join *j, struct above *a, size_t which)
{
    uint64_t e[CHUNK_WORDS];

    opened(k, j, which, e);
    for (size_t set = 0; set < a->sets; set++) {
        memcpy(a->opened[a->sets + set], a->opened[set], sizeof a->opened[set]);
        and_of(a->opened[set], a->opened[set], e, j->n);
    }
    a->sets *= 2;
}

/* OUT ^= a share of all equalities of A times what is opened as plane WHICH; its products begin at PRODUCT. */
static void add_product(const struct tree *k, const struct join *j, const struct above *a,
                        size_t which, size_t product, uint64_t *out)
{
    uint64_t x[CHUNK_WORDS], share[CHUNK_WORDS];

    opened(k, j, which, x);
    mask(k, j, k->role, which, share);
    for (size_t set = 0; set < a->sets; set++) {
        if (set > 0) {
            product_share(k, j, product + set - 1, share);
        }
        for (size_t i = 0; i < j->n; i++) {
            out[i] ^= a->opened[set][i] & ((x[i] & a->masks[set][i]) ^ share[i]);
        }
    }
    mpcf_wipe(share, sizeof share);
}

/* Into the lowest group's planes; they move to their new place in tree_settle(). */
static void join_groups(const struct tree *k, const struct join *j)
{
    uint64_t less[CHUNK_WORDS], equal[CHUNK_WORDS] = {0};
    const size_t highest = k->shape.width * j->q + j->width - 1, words = k->c->words;
    uint64_t *to_less = operand(k, j, 2 * j->width - 3);
    uint64_t *to_equal = k->state.equal + (to_less - k->state.less);
    struct above a;
    size_t product = 0;

    read_masks(k, j, &a, &product);
    memcpy(less, k->state.less + (j->t * k->c->groups + highest) * words + j->first,
           j->n * sizeof *less);
    for (size_t f = 0; f < j->factors; f++) {
        if (a.sets < (size_t) 1 << above(j, f)) {
            multiply(k, j, &a, f);
        }
        add_product(k, j, &a, j->width - 1 + f, product, f + 1 < j->width ? less : equal);
        product += a.sets - 1;
    }
    memcpy(to_less, less, j->n * sizeof *less);
    memcpy(to_equal, equal, j->n * sizeof *equal);
    mpcf_wipe(&a, sizeof a);
    mpcf_wipe(less, sizeof less);
    mpcf_wipe(equal, sizeof equal);
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
        for (size_t q = 0; q < k->shape.count; q++) {
            move_plane(k->state.less, base + q, base + k->shape.width * q, k->c->words);
            move_plane(k->state.equal, base + q, base + k->shape.width * q, k->c->words);
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
            const struct compare_join j = compare_join(c, i);
            const size_t products = compare_products_before(&j, j.count);
            k.shares = message_array(&correction, c->thresholds * products * c->words, 64);
        }
    }
    tree_run(&k, join_groups);
    tree_settle(&k);
}
