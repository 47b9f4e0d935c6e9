/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TABLE_LOOKUP: an entry of a public table of n = 2^b numbers, as shared bits.
 *
 * Ideal function: bit[p, e] = bit p of T[x_e mod n]. The parties open c = x + r modulo n, for a
 * uniform r. The dealer XOR-shares the one-hot row of n - r modulo n: turned by c, it is the one-hot row of x, and a
 * bit of the entry is the parity of that row and the table's bits.
 *
 * Messages: one round, each party its x_i + r_i, b bits an element (the user's before the run where x
 * is input-independent). Dealer: the user's share of the row, n bits an element. Leakage: none; c is
 * uniform, r used once. The row is turned by shifts and selections, not by addresses.
 * Source: Ishai, Kushilevitz, Meldgaard, Orlandi, Paskin-Cherniavsky, "On the power of correlated
 * randomness in secure computation" (2013): a one-time truth table. Theirs deals the turned table, n times
 * an entry's bits; a one-hot row is n bits, and as good for a table that both know.
 */
#include "base/memory.h"
#include "bits/bits.h"
#include "protocol/blocks.h"
#include "protocol/mask_opening.h"
#include "protocol/step_operations.h"

#define BITS_MAX   12
#define PLANES_MAX 32
#define ROW_WORDS  ((1 << BITS_MAX) / 64)

struct table_lookup {
    const struct step *step;
    const struct randomness *random;
    enum role role;
    unsigned bits;        /* b */
    size_t elements;      /* of x */
    size_t planes, words; /* of the result; words of a plane */
    size_t row_words;     /* of a one-hot row, which has ROW_BITS in the last of them */
    unsigned row_bits;
    const uint64_t *x, *opened;
    uint64_t *out, *to_open;
    const uint64_t *table; /* [planes][row_words] */
    struct packed_array rows;
};

static unsigned bits_of(size_t n)
{
    unsigned bits = 0;
    while ((size_t) 1 << bits < n) {
        bits++;
    }
    return bits;
}

static struct table_lookup lookup_of(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);
    struct table_lookup l = {.step = s, .bits = bits_of(s->threshold_count)};
    l.elements = step_in(p, s, 0)->dims.count;
    l.planes = value_rows(out);
    l.words = (l.elements + 63) / 64;
    l.row_words = l.bits <= 6 ? 1 : (size_t) 1 << (l.bits - 6);
    l.row_bits = l.bits <= 6 ? 1u << l.bits : 64;
    return l;
}

static const char *check(const struct program *p, const struct step *s)
{
    const size_t n = s->threshold_count;
    if (s->in_count != 1 || n < 2 || n > (size_t) 1 << BITS_MAX || (n & (n - 1)) != 0) {
        return "one operand, and a power of two of entries, 2 to 4096";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);
    if (x->kind != VALUE_SHARED || out->kind != VALUE_BITS) {
        return "a shared value to bits";
    }
    if (out->dims.dim[3] != x->dims.count || out->dims.count % x->dims.count != 0 ||
        out->dims.count / x->dims.count > PLANES_MAX) {
        return "the result is [planes, elements], of at most 32 planes";
    }
    return x->ring >= bits_of(n) ? NULL : "the operand's ring is narrower than the index";
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) p, (void) i;
    return bits_of(s->threshold_count);
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    struct table_lookup l = lookup_of(p, s);
    uint64_t bits = packed_cost(l.elements, l.bits);
    c->provider_bits[0] = bits;
    *(step_in(p, s, 0)->is_input_independent ? &c->offline_bits : &c->user_bits[0]) = bits;
    c->correction_bits = packed_cost(l.elements * l.row_words, l.row_bits);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct table_lookup l = lookup_of(r->program, s);
    const uint64_t *x = r->x[s->in[0]], last = s->threshold_count - 1;
    uint64_t *out = NULL;
    MPCF_TRY(reference_value(r, s, &out, err));
    for (size_t i = 0; i < l.planes * l.words; i++) {
        out[i] = 0;
    }
    for (size_t p = 0; p < l.planes; p++) {
        for (size_t e = 0; e < l.elements; e++) {
            uint64_t bit = (uint64_t) s->thresholds[x[e] & last] >> p & 1;
            out[p * l.words + e / 64] |= bit << (e % 64);
        }
    }
    return MPCF_OK;
}

/* BODY on chunks of elements whose rows fit a row of scratch. */
typedef void chunk_body(const struct table_lookup *l, size_t first, size_t n,
                        uint64_t (*t)[BLOCK_LENGTH]);

static void in_chunks(const struct table_lookup *l, size_t first, size_t n,
                      uint64_t (*t)[BLOCK_LENGTH], chunk_body *body)
{
    const size_t chunk = BLOCK_LENGTH / l->row_words;
    for (size_t i = 0; i < n; i += chunk) {
        body(l, first + i, n - i < chunk ? n - i : chunk, t);
    }
}

/* --- Dealer --- */

/* The provider's share of rows is a stream; where a row is no whole word, its low bits. */
static void provider_rows(const struct table_lookup *l, size_t first, size_t n, uint64_t *out)
{
    random_fill(l->random, ROLE_PROVIDER, l->step, ITEM_BIT_SHARE, first * l->row_words, out,
                n * l->row_words);
    for (size_t i = 0; l->row_bits < 64 && i < n; i++) {
        out[i] &= ((uint64_t) 1 << l->row_bits) - 1;
    }
}

static void deal_chunk(const struct table_lookup *l, size_t first, size_t n,
                       uint64_t (*t)[BLOCK_LENGTH])
{
    const uint64_t last = ((uint64_t) 1 << l->bits) - 1;
    random_fill(l->random, ROLE_PROVIDER, l->step, ITEM_MASK_0, first, t[0], n);
    random_fill(l->random, ROLE_USER, l->step, ITEM_MASK_0, first, t[1], n);
    provider_rows(l, first, n, t[2]);
    for (size_t i = 0; i < n; i++) {
        const uint64_t place = (0 - t[0][i] - t[1][i]) & last;
        for (size_t w = 0; w < l->row_words; w++) {
            const uint64_t other = w ^ (place >> 6);
            const uint64_t is_here = ((other - 1) & ~other) >> 63; /* other is 0 */
            t[2][i * l->row_words + w] ^= is_here << (place & 63);
        }
    }
    packed_write(l->rows, first * l->row_words, t[2], n * l->row_words);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    in_chunks(context, first, n, t, deal_chunk);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct table_lookup l = lookup_of(d->program, s);
    (void) err;
    l.random = &d->random;
    l.rows = message_array(out, l.elements * l.row_words, l.row_bits);
    blocks_for(l.elements, deal_block, &l);
    return MPCF_OK;
}

/* --- Parties: opening --- */

static struct table_lookup party_lookup(const struct party *p, const struct step *s)
{
    struct table_lookup l = lookup_of(p->program, s);
    l.random = &p->random;
    l.role = p->role;
    l.x = party_operand(p, s, 0);
    return l;
}

static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    (void) err;
    mask_opening_send_offline(p, s, lookup_of(p->program, s).bits, out);
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    mask_opening_send(p, s, lookup_of(p->program, s).bits, out);
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    struct table_lookup l = party_lookup(p, s);
    (void) round;
    l.to_open = share_pool_take(p->pool, l.elements);
    if (l.to_open == NULL) {
        return mpcf_fail_memory(err, 8 * l.elements, "indices of a table");
    }
    p->state[s->index] = l.to_open;
    mask_opening_receive(p, s, l.bits, l.to_open, in);
    return MPCF_OK;
}

/* --- Parties: the entry --- */

/* ROW, of less than a word, and of words, with bit i at i + BY modulo its length. */
static uint64_t turn_bits(uint64_t row, unsigned row_bits, uint64_t by)
{
    const uint64_t turned = row << by | (row >> 1) >> (row_bits - 1 - by);
    return row_bits == 64 ? turned : turned & (((uint64_t) 1 << row_bits) - 1);
}

__extension__ typedef unsigned __int128 wide;

/* WORDS is a constant where this is called, so that the loops are unrolled. */
static inline void turn_words(uint64_t *row, size_t words, uint64_t by)
{
    uint64_t turned[ROW_WORDS];
    const uint64_t power = (uint64_t) 1 << (by & 63);
    by >>= 6;
    for (size_t step = 1; step < words; step *= 2) {
        const uint64_t all = 0 - (by & 1);
        for (size_t w = 0; w < words; w++) {
            turned[w] = row[w] ^ (all & (row[w] ^ row[(w - step) & (words - 1)]));
        }
        for (size_t w = 0; w < words; w++) {
            row[w] = turned[w];
        }
        by >>= 1;
    }
    for (size_t w = 0; w < words; w++) { /* a product: memcheck takes no shift of vectors */
        const wide here = (wide) row[w] * power, before = (wide) row[(w - 1) & (words - 1)] * power;
        turned[w] = (uint64_t) here | (uint64_t) (before >> 64);
    }
    for (size_t w = 0; w < words; w++) {
        row[w] = turned[w];
    }
}

static void turn(const struct table_lookup *l, uint64_t *row, uint64_t by)
{
    switch (l->row_words) {
    case 1:
        *row = turn_bits(*row, l->row_bits, by);
        return;
    case 2:
        turn_words(row, 2, by);
        return;
    case 4:
        turn_words(row, 4, by);
        return;
    case 8:
        turn_words(row, 8, by);
        return;
    default:
        turn_words(row, l->row_words, by);
        return;
    }
}

static uint64_t parity_of(const uint64_t *row, const uint64_t *plane, size_t words)
{
    uint64_t all = row[0] & plane[0];
    for (size_t w = 1; w < words; w++) {
        all ^= row[w] & plane[w];
    }
    return (uint64_t) __builtin_parityll(all);
}

/* The bits of 64 elements are gathered before they are written. */
static void entry_chunk(const struct table_lookup *l, size_t first, size_t n,
                        uint64_t (*t)[BLOCK_LENGTH])
{
    const uint64_t last = ((uint64_t) 1 << l->bits) - 1;
    uint64_t gathered[PLANES_MAX] = {0};
    if (l->role == ROLE_PROVIDER) {
        provider_rows(l, first, n, t[0]);
    } else {
        packed_read(l->rows, first * l->row_words, t[0], n * l->row_words);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t *row = t[0] + i * l->row_words;
        const size_t e = first + i;
        turn(l, row, l->opened[e] & last);
        for (size_t p = 0; p < l->planes; p++) {
            gathered[p] |= parity_of(row, l->table + p * l->row_words, l->row_words) << (e % 64);
        }
        for (size_t p = 0; (e % 64 == 63 || i + 1 == n) && p < l->planes; p++) {
            l->out[p * l->words + e / 64] |= gathered[p];
            gathered[p] = 0;
        }
    }
    mpcf_wipe(gathered, sizeof gathered);
}

static void entry_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct table_lookup *l = context;
    for (size_t p = 0; p < l->planes; p++) {
        for (size_t w = first / 64; w < (first + n + 63) / 64; w++) {
            l->out[p * l->words + w] = 0;
        }
    }
    in_chunks(l, first, n, t, entry_chunk);
}

/* Bit p of entry i as bit i of row p. */
static uint64_t *table_planes(struct party *p, const struct table_lookup *l)
{
    uint64_t *table = share_pool_take(p->pool, l->planes * l->row_words);
    for (size_t i = 0; table != NULL && i < l->planes * l->row_words; i++) {
        table[i] = 0;
    }
    for (size_t i = 0; table != NULL && i < l->step->threshold_count; i++) {
        for (size_t plane = 0; plane < l->planes; plane++) {
            const uint64_t bit = (uint64_t) l->step->thresholds[i] >> plane & 1;
            table[plane * l->row_words + i / 64] |= bit << (i % 64);
        }
    }
    return table;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct table_lookup l = party_lookup(p, s);
    uint64_t *table = table_planes(p, &l);
    mpcf_status status = table == NULL
                             ? mpcf_fail_memory(err, 8 * l.planes * l.row_words, "a table")
                             : party_result(p, s, &l.out, err);
    if (status == MPCF_OK) {
        l.table = table;
        l.opened = p->state[s->index];
        if (p->role == ROLE_USER) {
            struct message correction = party_correction(p, s);
            l.rows = message_array(&correction, l.elements * l.row_words, l.row_bits);
        }
        blocks_for(l.elements, entry_block, &l);
    }
    share_pool_give(p->pool, table);
    share_pool_give(p->pool, p->state[s->index]);
    p->state[s->index] = NULL;
    return status;
}

const struct step_operations step_operations_table_lookup = {
    .check = check,
    .ring_needed = ring_needed,
    .rounds = one_round,
    .axes = axes_none,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send_offline = send_offline,
    .send = send,
    .receive = receive,
    .compute = compute,
};
