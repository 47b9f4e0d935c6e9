/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LEVEL_COUNTS: how many elements of each row reach each of n levels, n = 2^b.
 *
 * Ideal function: y[row, i] = #{j : (x[row, j] mod n) > i} modulo 2^k, for i = 0 .. n - 2. The parties open
 * c = x + r modulo n, for a uniform r. The dealer shares the one-hot row of n - r modulo n, in numbers modulo 2^k:
 * turned by c, it is the one-hot row of x. Those of a row of x are added up, and then from the highest level down.
 *
 * Messages: one round, each party its x_i + r_i, b bits an element of x (the user's before the run where x is
 * input-independent). Dealer: the user's share of the one-hot row, n k bits an element. Leakage: none; c is uniform,
 * r used once. Rows are turned by selections, not by addresses.
 * Source: one-time truth tables, Ishai, Kushilevitz, Meldgaard, Orlandi, Paskin-Cherniavsky (2013), as in
 * TABLE_LOOKUP, with arithmetic shares.
 */
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "protocol/blocks.h"
#include "protocol/dealt_numbers.h"
#include "protocol/mask_opening.h"
#include "protocol/step_operations.h"

/* n: from 8 on an element's numbers begin at a whole byte. */
enum { LEVELS_MIN = 8, LEVELS_MAX = 64, CHUNK = BLOCK_LENGTH };

struct level_counts {
    const struct step *step;
    const struct randomness *random;
    enum role role;
    unsigned bits, ring;              /* b, k */
    size_t levels, elements, columns; /* n; of x; of a row of x */
    const uint64_t *x, *opened;
    uint64_t *out, *to_open;
    struct dealt_numbers numbers; /* one-hot rows: of element e from e n on */
};

static struct level_counts counts_of(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);
    struct level_counts l = {.step = s, .ring = out->ring, .levels = out->dims.dim[3] + 1};
    l.numbers = (struct dealt_numbers){.step = s, .ring = out->ring};
    l.elements = x->dims.count;
    l.columns = x->dims.dim[3];
    while ((size_t) 1 << l.bits < l.levels) {
        l.bits++;
    }
    return l;
}

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 1) {
        return "one operand";
    }
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);
    const size_t n = out->dims.dim[3] + 1;
    if (x->kind != VALUE_SHARED || out->kind != VALUE_SHARED) {
        return "operand and result are shared";
    }
    if (n < LEVELS_MIN || n > LEVELS_MAX || (n & (n - 1)) != 0) {
        return "a result for each level but the lowest, of a power of two of them, 8 to 64";
    }
    if (value_rows(out) != value_rows(x)) {
        return "operand and result have the same rows";
    }
    return x->ring >= counts_of(p, s).bits ? NULL : "the operand's ring is narrower than a level";
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) i;
    return counts_of(p, s).bits;
}

/* The last dimension is one of levels. */
static void axes(const struct program *p, const struct step *s, struct value *out)
{
    const struct value *x = step_in(p, s, 0);
    axes_take(out, x->batch_axis, x->token_axes & ~(1U << (MPCF_RANK_MAX - 1)));
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct level_counts l = counts_of(p, s);
    const uint64_t bits = packed_cost(l.elements, l.bits);
    c->provider_bits[0] = bits;
    *(step_in(p, s, 0)->is_input_independent ? &c->offline_bits : &c->user_bits[0]) = bits;
    c->correction_bits = packed_cost(l.elements * l.levels, l.ring);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const struct level_counts l = counts_of(r->program, s);
    const uint64_t *x = r->x[s->in[0]];
    uint64_t *out = NULL;
    MPCF_TRY(reference_value(r, s, &out, err));
    memset(out, 0, step_out(r->program, s)->dims.count * sizeof *out);
    for (size_t e = 0; e < l.elements; e++) {
        const uint64_t level = x[e] & (l.levels - 1);
        for (size_t i = 0; i < l.levels - 1; i++) {
            out[e / l.columns * (l.levels - 1) + i] += level > i ? 1 : 0;
        }
    }
    return MPCF_OK;
}

/* --- Dealer --- */

static void deal_chunk(const struct level_counts *l, size_t first, size_t n,
                       uint64_t (*t)[BLOCK_LENGTH])
{
    random_fill(l->random, ROLE_PROVIDER, l->step, ITEM_MASK_0, first, t[0], n);
    random_fill(l->random, ROLE_USER, l->step, ITEM_MASK_0, first, t[1], n);
    for (size_t i = 0; i < n; i++) {
        const uint64_t place = (0 - t[0][i] - t[1][i]) & (l->levels - 1);
        uint64_t *row = t[2] + i * l->levels;
        for (size_t v = 0; v < l->levels; v++) {
            const uint64_t other = v ^ place;
            row[v] = ((other - 1) & ~other) >> 63; /* other is 0 */
        }
    }
    dealt_numbers_send(&l->numbers, first * l->levels, t[2], n * l->levels);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct level_counts *l = context;
    const size_t chunk = CHUNK / l->levels;
    for (size_t i = 0; i < n; i += chunk) {
        deal_chunk(l, first + i, n - i < chunk ? n - i : chunk, t);
    }
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct level_counts l = counts_of(d->program, s);
    (void) err;
    l.random = l.numbers.random = &d->random;
    l.numbers.sent = message_array(out, l.elements * l.levels, l.ring);
    blocks_for(l.elements, deal_block, &l);
    return MPCF_OK;
}

/* --- Parties: opening --- */

static struct level_counts party_counts(const struct party *p, const struct step *s)
{
    struct level_counts l = counts_of(p->program, s);
    l.random = l.numbers.random = &p->random;
    l.role = p->role;
    l.x = party_operand(p, s, 0);
    return l;
}

static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    (void) err;
    mask_opening_send_offline(p, s, counts_of(p->program, s).bits, out);
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    mask_opening_send(p, s, counts_of(p->program, s).bits, out);
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    struct level_counts l = party_counts(p, s);
    (void) round;
    l.to_open = share_pool_take(p->pool, l.elements);
    if (l.to_open == NULL) {
        return mpcf_fail_memory(err, 8 * l.elements, "levels of a row");
    }
    p->state[s->index] = l.to_open;
    mask_opening_receive(p, s, l.bits, l.to_open, in);
    return MPCF_OK;
}

/* --- Parties: counts --- */

/* Adds ROW, of N numbers, to SUM, with number i at i + BY modulo N: written twice in a line, it is a window of that,
 * found bit by bit. N and STEP are constants where these are called, and loops go on to whole vectors. Numbers of up
 * to 16 bits have lanes of their own, which are four times as fast. */
enum { VECTOR = 16, LINE = 2 * LEVELS_MAX + 2 * VECTOR };
#define DEFINE_ADD_TURNED(name, lane)                                                              \
    static inline void name##_move(lane *line, size_t n, size_t step, uint64_t from)               \
    {                                                                                              \
        const lane all = (lane) (0 - ((from & step) != 0 ? 1U : 0U));                              \
        const size_t more = step == 1 ? 0 : step < VECTOR ? VECTOR : step;                         \
        for (size_t i = 0; i < n + more; i++) {                                                    \
            line[i] = (lane) (line[i] ^ (all & (line[i] ^ line[i + step])));                       \
        }                                                                                          \
    }                                                                                              \
    static inline void name##_of(lane *sum, lane *restrict line, const uint64_t *row, size_t n,    \
                                 uint64_t by)                                                      \
    {                                                                                              \
        const uint64_t from = 0 - by;                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            line[i] = (lane) row[i];                                                               \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            line[n + i] = line[i];                                                                 \
        }                                                                                          \
        for (size_t i = 2 * n; i < 2 * n + 2 * VECTOR; i++) {                                      \
            line[i] = 0;                                                                           \
        }                                                                                          \
        if (n > 32) {                                                                              \
            name##_move(line, n, 32, from);                                                        \
        }                                                                                          \
        if (n > 16) {                                                                              \
            name##_move(line, n, 16, from);                                                        \
        }                                                                                          \
        if (n > 8) {                                                                               \
            name##_move(line, n, 8, from);                                                         \
        }                                                                                          \
        name##_move(line, n, 4, from);                                                             \
        name##_move(line, n, 2, from);                                                             \
        name##_move(line, n, 1, from);                                                             \
        for (size_t i = 0; i < n; i++) {                                                           \
            sum[i] = (lane) (sum[i] + line[i]);                                                    \
        }                                                                                          \
    }                                                                                              \
    static void name(lane *sum, lane *line, const uint64_t *row, size_t n, uint64_t by)            \
    {                                                                                              \
        switch (n) {                                                                               \
        case 8:                                                                                    \
            name##_of(sum, line, row, 8, by);                                                      \
            return;                                                                                \
        case 16:                                                                                   \
            name##_of(sum, line, row, 16, by);                                                     \
            return;                                                                                \
        case 32:                                                                                   \
            name##_of(sum, line, row, 32, by);                                                     \
            return;                                                                                \
        default:                                                                                   \
            name##_of(sum, line, row, LEVELS_MAX, by);                                             \
            return;                                                                                \
        }                                                                                          \
    }
DEFINE_ADD_TURNED(add_turned_narrow, uint16_t)
DEFINE_ADD_TURNED(add_turned, uint64_t)

static void count_row(const struct level_counts *l, size_t row, uint64_t *numbers)
{
    uint64_t sum[LEVELS_MAX] = {0};
    uint16_t narrow[LEVELS_MAX] = {0}, narrow_line[LINE];
    uint64_t line[LINE];
    const size_t chunk = CHUNK / l->levels, end = (row + 1) * l->columns;
    for (size_t e = row * l->columns; e < end; e += chunk) {
        const size_t n = end - e < chunk ? end - e : chunk;
        dealt_numbers_read(&l->numbers, l->role, e * l->levels, numbers, n * l->levels);
        for (size_t i = 0; i < n && l->ring <= 16; i++) {
            add_turned_narrow(narrow, narrow_line, numbers + i * l->levels, l->levels,
                              l->opened[e + i]);
        }
        for (size_t i = 0; i < n && l->ring > 16; i++) {
            add_turned(sum, line, numbers + i * l->levels, l->levels, l->opened[e + i]);
        }
    }
    uint64_t *out = l->out + row * (l->levels - 1), reached = 0;
    for (size_t i = l->levels - 1; i > 0; i--) {
        reached += l->ring <= 16 ? narrow[i] : sum[i];
        out[i - 1] = reached;
    }
    mpcf_wipe(sum, sizeof sum);
    mpcf_wipe(narrow, sizeof narrow);
    mpcf_wipe(l->ring <= 16 ? (void *) narrow_line : (void *) line,
              l->ring <= 16 ? sizeof narrow_line : sizeof line);
}

static void count_rows(void *context, size_t begin, size_t end)
{
    uint64_t numbers[CHUNK];
    for (size_t row = begin; row < end; row++) {
        count_row(context, row, numbers);
    }
    mpcf_wipe(numbers, sizeof numbers);
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct level_counts l = party_counts(p, s);
    const mpcf_status status = party_result(p, s, &l.out, err);
    if (status == MPCF_OK) {
        l.opened = p->state[s->index];
        if (p->role == ROLE_USER) {
            struct message correction = party_correction(p, s);
            l.numbers.sent = message_array(&correction, l.elements * l.levels, l.ring);
        }
        workers_for(l.elements / l.columns, 4, count_rows, &l);
    }
    share_pool_give(p->pool, p->state[s->index]);
    p->state[s->index] = NULL;
    return status;
}

const struct step_operations step_operations_level_counts = {
    .check = check,
    .ring_needed = ring_needed,
    .rounds = one_round,
    .axes = axes,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send_offline = send_offline,
    .send = send,
    .receive = receive,
    .compute = compute,
};
