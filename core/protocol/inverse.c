/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INVERSE: 1/x or 1/sqrt(x), elementwise, over any number of octaves, in one round.
 *
 * Ideal function: with M = x / 2^finest and A the step's constant, y = A / M (or, `is_root`,
 * A / sqrt(M)) modulo 2^k, to 2^-15 of itself and 1,600 units (inverse_pieces.h), for every x from 2^(finest + 4)
 * to 2^(m-1) - 1; for 0 <= x below that it is between the value at 2^(finest + 4) and 16/15 of it. x is not negative.
 *
 * The parties open c = x + r modulo 2^K, K = m, for a uniform r. Keys of a point function on r
 * (interval_tree.h) give them shares of 1, p, p^2 at the one interval that x is in, p being r's place in it, and
 * zeros elsewhere: y is the sum over all intervals of value, slope and curvature there, which c tells, times
 * those.
 *
 * Messages: one round, each party its x_i + r_i, K bits an element (the user's before the run where x is
 * input-independent). Dealer: the keys' corrections to the user, 128 (K - finest) bits and 3 k bits for each of
 * (K - finest - 4) / 2 stops; the seeds are streams. Before the run the user passes the corrections on to the
 * provider, with 128 bits of its stream that key the step's one-way function.
 * Leakage: none; c is uniform, and a key says nothing of r to who holds one of its seeds.
 * Sources: interval_tree.h.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "protocol/inverse_pieces.h"
#include "protocol/mask_opening.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"

enum { KEY_WORDS = 2, DEPTH_MAX = 64 };

struct inverse {
    const struct step *step;
    const struct randomness *random;
    enum role role;
    struct tree tree;
    size_t count;
    const uint64_t *x, *opened;
    uint64_t *out, *to_open;
    struct packed_array words, payloads;
    struct prg_key hash;
    struct tree_function function;
};

static struct inverse inverse_of(const struct program *p, const struct step *s)
{
    struct inverse v = {.step = s, .count = step_out(p, s)->dims.count};

    v.tree = tree_of(step_in(p, s, 0)->magnitude, s->finest, step_out(p, s)->ring);
    return v;
}

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0), *out = step_out(p, s);

    if (s->in_count != 1 || out->dims.count != x->dims.count) {
        return "operand and result have one shape";
    }
    if (x->kind != VALUE_SHARED || out->kind != VALUE_SHARED) {
        return "operand and result are shared";
    }
    if (s->constant < 1 || s->constant > (uint64_t) INVERSE_SCALE_MAX) {
        return "the result at one unit of 2^finest is from 1 to 2^50";
    }
    if (s->finest >= x->magnitude || x->magnitude > 63) {
        return "the operand has numbers beyond the finest interval";
    }
    return x->ring >= x->magnitude ? NULL : "the operand's ring is narrower than its magnitude";
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    return step_in(p, s, i)->magnitude;
}

/* Of the corrections, as the dealer sends them and the user passes them on. */
static uint64_t key_bits(const struct inverse *v)
{
    return packed_cost(v->count * tree_words(&v->tree), 64) +
           packed_cost(v->count * tree_payloads(&v->tree), v->tree.ring);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct inverse v = inverse_of(p, s);
    const uint64_t bits = packed_cost(v.count, v.tree.bits);

    c->correction_bits = key_bits(&v);
    c->offline_bits = c->correction_bits + 64 * KEY_WORDS;
    c->provider_bits[0] = bits;
    *(step_in(p, s, 0)->is_input_independent ? &c->offline_bits : &c->user_bits[0]) += bits;
}

/* --- Reference --- */

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const uint64_t *x = r->x[s->in[0]];
    const double least = ldexp(1, (int) s->finest + TREE_SPLIT_BITS);
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    for (size_t i = 0; i < step_out(r->program, s)->dims.count; i++) {
        const double m = ldexp(fmax((double) (int64_t) x[i], least), -(int) s->finest);
        out[i] = (uint64_t) llround((double) s->constant / (s->is_root ? sqrt(m) : m));
    }
    return MPCF_OK;
}

/* --- Keys: seeds of streams, corrections of the dealer's --- */

static void read_hash_key(struct inverse *v)
{
    uint64_t seed[KEY_WORDS];

    random_fill(v->random, ROLE_USER, v->step, ITEM_BIT, 0, seed, KEY_WORDS);
    prg_key_expand(&v->hash, (const uint8_t *) seed);
    mpcf_wipe(seed, sizeof seed);
}

static void place_corrections(struct inverse *v, struct message *m)
{
    v->words = message_array(m, v->count * tree_words(&v->tree), 64);
    v->payloads = message_array(m, v->count * tree_payloads(&v->tree), v->tree.ring);
}

static void read_seeds(const struct inverse *v, enum role role, size_t first, uint64_t *out,
                       size_t n)
{
    random_fill(v->random, role, v->step, ITEM_SHARE, KEY_WORDS * first, out, KEY_WORDS * n);
}

struct keys {
    uint64_t seeds[2][KEY_WORDS * TREE_ROWS];
    uint64_t words[2 * DEPTH_MAX * TREE_ROWS], payloads[3 * (DEPTH_MAX / 2) * TREE_ROWS];
};

/* BODY on keys FIRST .. FIRST + N - 1, N at most TREE_ROWS. */
typedef void keys_body(const struct inverse *v, size_t first, size_t n, struct keys *k);

struct keys_loop {
    const struct inverse *v;
    keys_body *body;
};

static void run_keys(void *context, size_t begin, size_t end)
{
    const struct keys_loop *loop = context;
    struct keys k;

    for (size_t i = begin; i < end; i++) {
        const size_t first = TREE_ROWS * i, left = loop->v->count - first;
        loop->body(loop->v, first, left < TREE_ROWS ? left : TREE_ROWS, &k);
    }
    mpcf_wipe(&k, sizeof k);
}

static void keys_for(const struct inverse *v, keys_body *body)
{
    struct keys_loop loop = {v, body};

    workers_for((v->count + TREE_ROWS - 1) / TREE_ROWS, 4, run_keys, &loop);
}

static void deal_keys(const struct inverse *v, size_t first, size_t n, struct keys *k)
{
    uint64_t *const seeds[2] = {k->seeds[0], k->seeds[1]};
    uint64_t r[TREE_ROWS], other[TREE_ROWS];

    random_fill(v->random, ROLE_PROVIDER, v->step, ITEM_MASK_0, first, r, n);
    random_fill(v->random, ROLE_USER, v->step, ITEM_MASK_0, first, other, n);
    read_seeds(v, ROLE_PROVIDER, first, k->seeds[0], n);
    read_seeds(v, ROLE_USER, first, k->seeds[1], n);
    for (size_t i = 0; i < n; i++) {
        r[i] = (r[i] + other[i]) & ring_mask(v->tree.bits);
    }
    tree_deal(&v->tree, &v->hash, r, seeds, n, k->words, k->payloads);
    packed_write(v->words, first * tree_words(&v->tree), k->words, n * tree_words(&v->tree));
    packed_write(v->payloads, first * tree_payloads(&v->tree), k->payloads,
                 n * tree_payloads(&v->tree));
    mpcf_wipe(r, sizeof r);
    mpcf_wipe(other, sizeof other);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct inverse v = inverse_of(d->program, s);

    (void) err;
    v.random = &d->random;
    read_hash_key(&v);
    place_corrections(&v, out);
    keys_for(&v, deal_keys);
    mpcf_wipe(&v.hash, sizeof v.hash);
    return MPCF_OK;
}

/* --- Parties: opening --- */

static struct inverse party_inverse(const struct party *p, const struct step *s)
{
    struct inverse v = inverse_of(p->program, s);

    v.random = &p->random;
    v.role = p->role;
    v.x = party_operand(p, s, 0);
    return v;
}

/* The user's half first, where it is sent now; then the key of the hash, and the dealer's corrections. */
static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    const struct inverse v = party_inverse(p, s);
    const struct message correction = party_correction(p, s);
    uint64_t seed[KEY_WORDS];

    (void) err;
    mask_opening_send_offline(p, s, v.tree.bits, out);
    random_fill(v.random, ROLE_USER, s, ITEM_BIT, 0, seed, KEY_WORDS);
    packed_write(message_array(out, KEY_WORDS, 64), 0, seed, KEY_WORDS);
    const struct packed_array passed = message_array(out, key_bits(&v) / 8, 8);
    memcpy(passed.data, correction.data, key_bits(&v) / 8);
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    mask_opening_send(p, s, inverse_of(p->program, s).tree.bits, out);
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    struct inverse v = party_inverse(p, s);

    (void) round;
    v.to_open = share_pool_take(p->pool, v.count);
    if (v.to_open == NULL) {
        return mpcf_fail_memory(err, 8 * v.count, "opened operands of an inverse");
    }
    p->state[s->index] = v.to_open;
    mask_opening_receive(p, s, v.tree.bits, v.to_open, in);
    return MPCF_OK;
}

/* --- Parties: the walk --- */

static void walk_keys(const struct inverse *v, size_t first, size_t n, struct keys *k)
{
    const size_t words = tree_words(&v->tree), payloads = tree_payloads(&v->tree);

    read_seeds(v, v->role, first, k->seeds[0], n);
    packed_read(v->words, first * words, k->words, n * words);
    packed_read(v->payloads, first * payloads, k->payloads, n * payloads);
    tree_walk(&v->tree, &v->hash, v->role, v->opened + first, k->seeds[0], k->words, k->payloads, n,
              &v->function, v->out + first);
}

/* The user's key of the hash is its stream's, the provider's has arrived. */
static void find_keys(struct inverse *v, struct party *p)
{
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, v->step);
        read_hash_key(v);
        place_corrections(v, &correction);
        return;
    }
    struct message *m = &p->offline[v->step->index];
    uint64_t seed[KEY_WORDS];
    packed_read(message_array(m, KEY_WORDS, 64), 0, seed, KEY_WORDS);
    prg_key_expand(&v->hash, (const uint8_t *) seed);
    place_corrections(v, m);
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct inverse v = party_inverse(p, s);
    const mpcf_status status = party_result(p, s, &v.out, err);

    if (status == MPCF_OK) {
        v.opened = p->state[s->index];
        inverse_pieces_make(&v.function, s->is_root, (int64_t) s->constant);
        find_keys(&v, p);
        keys_for(&v, walk_keys);
    }
    share_pool_give(p->pool, p->state[s->index]);
    p->state[s->index] = NULL;
    return status;
}

const struct step_operations step_operations_inverse = {
    .units = INVERSE_UNITS,
    .relative_bits = INVERSE_BITS,
    .takes_positive = true,
    .check = check,
    .ring_needed = ring_needed,
    .rounds = one_round,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send_offline = send_offline,
    .send = send,
    .receive = receive,
    .compute = compute,
};
