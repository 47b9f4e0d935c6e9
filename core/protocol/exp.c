/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EXP: e^-x elementwise, times a shared bit where there is one, in one round.
 *
 * Ideal function: z = C e^-(x / 2^f) modulo 2^k, for 0 <= x < (V - 1) 2^K / V; times b, where the step has bits, and then
 * x is anything where b is 0. To 2^a units, and e^w / 2^a of itself: what is read of it is truncated by some a bits.
 * C is the step's constant, V = 4, 8 or 16 its buckets, f its point, a its factor_bits, K its opened (0: the bits of x), and
 * w = 2^K / V / 2^f.
 *
 * The parties open c = x + r modulo 2^K. With h the highest bits of c, as many as tell V buckets, and l the rest:
 *     x = c - r modulo 2^K = (h - r_h modulo V) 2^K / V + l - r_l,   e^-x = e^-l  e^(r_l - (h - r_h modulo V) 2^K / V).
 * The first factor is public, an integer of a bits that both parties work out alike (exp_parts.h). The dealer shares the
 * second for each h. Where x is 0 the highest bucket is the one that l - r_l < 0 wraps to, so it is left to that. A bit is
 * opened as d = b xor rho beside, and there are numbers for each h and d: those of d = rho are 0.
 *
 * Messages: one round, each party its x_i + r_i, K bits an element (the user's before the run where x is
 * input-independent), and b_i xor rho_i (whole words). Dealer: the user's shares of V numbers, 2 V with a bit, of k bits
 * an element. Leakage: none; c and d are uniform, r and rho used once.
 * Source: Kelkar, Le, Raykova, Seth, "Secure Poisson regression" (USENIX Security 2022): e^x = e^c e^-r. Numbers for
 * several buckets of c, in place of for its highest bit alone, are the design's own: a ring of 64 bits holds the result
 * then, and the range is nearly all of 2^K.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "bits/bits.h"
#include "protocol/bits.h"
#include "protocol/blocks.h"
#include "protocol/dealt_numbers.h"
#include "protocol/exp_parts.h"
#include "protocol/exp_shape.h"
#include "protocol/integer.h"
#include "protocol/mask_opening.h"
#include "ring/ring.h"

enum { NUMBERS_MAX = 2 * EXP_BUCKETS_MAX, WHOLE_BITS = 52 };

__extension__ typedef unsigned __int128 wide;

struct exp_step {
    const struct step *step;
    const struct randomness *random;
    enum role role;
    unsigned opened, low; /* K; of l */
    size_t elements, buckets, numbers, words;
    bool has_bits;
    const uint64_t *x, *c, *d;
    uint64_t *out, *to_open;
    struct dealt_numbers dealt;
    uint64_t powers[EXP_POWERS];
    uint64_t factor[EXP_BUCKETS_MAX]; /* of bucket i: times 2^-shift[i] */
    unsigned shift[EXP_BUCKETS_MAX];
};

static unsigned log2_of(size_t buckets)
{
    return buckets == 4 ? 2 : buckets == 8 ? 3 : 4;
}

static struct exp_step exp_step_of(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0);
    struct exp_step e = {.step = s, .elements = x->dims.count, .buckets = s->buckets};

    e.opened = s->opened != 0 ? s->opened : x->magnitude;
    e.low = e.opened - log2_of(s->buckets);
    e.has_bits = s->in_count > 1;
    e.numbers = e.has_bits ? 2 * e.buckets : e.buckets;
    e.words = (e.elements + 63) / 64;
    e.dealt = (struct dealt_numbers){.step = s, .ring = step_out(p, s)->ring};
    return e;
}

/* A bucket has some numbers, and the largest that is dealt is a whole one in a double. */
static bool is_narrow(const struct step *s, unsigned opened)
{
    if (opened <= log2_of(s->buckets)) {
        return false;
    }
    const double w = ldexp(1, (int) opened - (int) log2_of(s->buckets) - (int) s->point);
    return w < 32 && log2((double) s->constant) - (double) s->factor_bits + w / log(2) < WHOLE_BITS;
}

static const char *check(const struct program *p, const struct step *s)
{
    const size_t v = s->buckets;
    if (s->in_count < 1 || s->in_count > 2) {
        return "one operand, or one and bits";
    }
    if ((v != 4 && v != 8 && v != EXP_BUCKETS_MAX) || s->factor_bits < 1 ||
        s->factor_bits > EXP_FACTOR_BITS || s->constant < 1 || s->constant >> EXP_POINT != 0) {
        return "4, 8 or 16 buckets, a factor of 1 to 30 bits, and a result of up to 62 at 0";
    }
    const struct value *x = step_in(p, s, 0), *out = step_out(p, s);
    if (x->kind != VALUE_SHARED || out->kind != VALUE_SHARED || out->dims.count != x->dims.count) {
        return "operand and result are shared, and have one shape";
    }
    if (s->in_count == 2 &&
        (step_in(p, s, 1)->kind != VALUE_BITS || value_rows(step_in(p, s, 1)) != 1 ||
         bits_elements(step_in(p, s, 1)) != x->dims.count)) {
        return "a bit for each element";
    }
    const unsigned opened = exp_step_of(p, s).opened;
    if (opened > x->ring || !is_narrow(s, opened)) {
        return "the operand's ring is narrower than what is opened, or that is too wide";
    }
    return NULL;
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    const unsigned opened = exp_step_of(p, s).opened;
    return i > 0 ? 0 : is_narrow(s, opened) ? opened : 99;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct exp_step e = exp_step_of(p, s);
    const uint64_t bits = packed_cost(e.elements, e.opened);
    const uint64_t opened_bits = e.has_bits ? packed_cost(e.words, 64) : 0;
    c->provider_bits[0] = c->user_bits[0] = opened_bits;
    c->provider_bits[0] += bits;
    *(step_in(p, s, 0)->is_input_independent ? &c->offline_bits : &c->user_bits[0]) += bits;
    c->correction_bits = packed_cost(e.elements * e.numbers, e.dealt.ring);
}

/* C e^-x. Of the highest bucket, which an x that is 0 wraps to, parties get up to C e^w: as far out of any range as the
 * ring has numbers. */
static uint64_t reference_of(const struct exp_step *e, uint64_t x)
{
    const double t = ldexp((double) x, -(int) e->step->point);
    return x >> e->low == e->buckets - 1 ? UINT64_C(1) << (e->dealt.ring - 1)
                                         : (uint64_t) llround((double) e->step->constant * exp(-t));
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const struct exp_step e = exp_step_of(r->program, s);
    const uint64_t *x = r->x[s->in[0]], *bits = e.has_bits ? r->x[s->in[1]] : NULL;
    uint64_t *out = NULL;
    MPCF_TRY(reference_value(r, s, &out, err));
    for (size_t i = 0; i < e.elements; i++) {
        const uint64_t bit = bits == NULL ? 1 : bits[i / 64] >> (i % 64) & 1;
        out[i] = bit * reference_of(&e, x[i] & ring_mask(e.opened));
    }
    return MPCF_OK;
}

/* --- Dealer --- */

/* Bucket I of x: C / 2^a e^(1 - i) w, of which e^-(w - r_l) is left. */
static void make_factors(struct exp_step *e)
{
    const double w = ldexp(1, (int) e->low - (int) e->step->point);
    const double first = ldexp((double) e->step->constant, -(int) e->step->factor_bits);
    for (size_t i = 0; i < e->buckets; i++) {
        int exponent = 0;
        const double half = frexp(first * exp(w * (1 - (double) i)), &exponent);
        const int shift = 2 * EXP_POINT - exponent;
        e->shift[i] = shift < 127 ? (unsigned) shift : 127;
        e->factor[i] = shift < 127 ? (uint64_t) ldexp(half, EXP_POINT) : 0;
    }
}

/* The numbers of mask R for h = 0, 1, ..: those of the buckets that x is in then. */
static void numbers_of(const struct exp_step *e, uint64_t r, uint64_t *out)
{
    const uint64_t low = r & ring_mask(e->low), high = r >> e->low & (e->buckets - 1);
    const uint64_t rest = exp_parts_of(e->powers, e->low + 1, ((uint64_t) 1 << e->low) - low);
    memset(out, 0, e->buckets * sizeof *out);
    for (size_t i = 0; i < e->buckets; i++) {
        const wide product = (wide) rest * e->factor[i];
        const uint64_t number =
            (uint64_t) ((product + ((wide) 1 << (e->shift[i] - 1))) >> e->shift[i]);
        for (size_t h = 0; h < e->buckets; h++) {
            const uint64_t other = (h - high - i) & (e->buckets - 1);
            out[h] |= number & (0 - (((other - 1) & ~other) >> 63)); /* other is 0 */
        }
    }
}

static void deal_chunk(const struct exp_step *e, size_t first, size_t n,
                       uint64_t (*t)[BLOCK_LENGTH])
{
    random_fill(e->random, ROLE_PROVIDER, e->step, ITEM_MASK_0, first, t[0], n);
    random_fill(e->random, ROLE_USER, e->step, ITEM_MASK_0, first, t[1], n);
    ring_add(t[0], t[0], t[1], n);
    for (size_t i = 0; i < n; i++) {
        uint64_t *numbers = t[2] + i * e->numbers;
        numbers_of(e, t[0][i], numbers);
        for (size_t h = 0; e->has_bits && h < e->buckets; h++) {
            const uint64_t is_set = 0 - (t[3][first % BLOCK_LENGTH + i] & 1);
            numbers[e->buckets + h] = numbers[h] & ~is_set;
            numbers[h] &= is_set;
        }
    }
    dealt_numbers_send(&e->dealt, first * e->numbers, t[2], n * e->numbers);
}

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct exp_step *e = context;
    const size_t chunk = BLOCK_LENGTH / e->numbers;
    if (e->has_bits) {
        random_fill_bits(e->random, ROLE_PROVIDER, e->step, ITEM_BIT, first, t[3], n);
        random_fill_bits(e->random, ROLE_USER, e->step, ITEM_BIT, first, t[4], n);
        for (size_t i = 0; i < n; i++) {
            t[3][i] ^= t[4][i];
        }
    }
    for (size_t i = 0; i < n; i += chunk) {
        deal_chunk(e, first + i, n - i < chunk ? n - i : chunk, t);
    }
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct exp_step e = exp_step_of(d->program, s);
    (void) err;
    e.random = e.dealt.random = &d->random;
    e.dealt.sent = message_array(out, e.elements * e.numbers, e.dealt.ring);
    exp_powers_make(e.powers, e.low + 1, s->point);
    make_factors(&e);
    blocks_for(e.elements, deal_block, &e);
    return MPCF_OK;
}

/* --- Parties: opening --- */

static struct exp_step party_exp(const struct party *p, const struct step *s)
{
    struct exp_step e = exp_step_of(p->program, s);
    e.random = e.dealt.random = &p->random;
    e.role = p->role;
    e.x = party_operand(p, s, 0);
    return e;
}

static mpcf_status send_offline(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err)
{
    (void) err;
    mask_opening_send_offline(p, s, exp_step_of(p->program, s).opened, out);
    return MPCF_OK;
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round;
    if (s->in_count > 1) {
        uint64_t *own = NULL;
        MPCF_TRY(bits_open_send(p, s, party_operand(p, s, 1), bits_words(step_in(p->program, s, 1)),
                                &own, out, err));
        p->state[s->index] = own;
    }
    mask_opening_send(p, s, exp_step_of(p->program, s).opened, out);
    return MPCF_OK;
}

/* What is kept: c, and behind it the bits. */
static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    struct exp_step e = party_exp(p, s);
    uint64_t *half = p->state[s->index];
    (void) round;
    e.to_open = share_pool_take(p->pool, e.elements + e.words);
    if (e.to_open == NULL) {
        return mpcf_fail_memory(err, 8 * (e.elements + e.words), "opened operands of e^x");
    }
    if (e.has_bits) {
        bits_open_receive(half, e.words, in);
        memcpy(e.to_open + e.elements, half, e.words * sizeof *half);
        share_pool_give(p->pool, half);
    }
    p->state[s->index] = e.to_open;
    mask_opening_receive(p, s, e.opened, e.to_open, in);
    return MPCF_OK;
}

/* --- Parties: the product of both factors --- */

/* e^-l, of a bits. */
static uint64_t public_factor(const struct exp_step *e, uint64_t c)
{
    const unsigned less = EXP_POINT - (unsigned) e->step->factor_bits;
    const uint64_t factor = exp_parts_of(e->powers, e->low, c & ring_mask(e->low));
    return (factor + ((uint64_t) 1 << (less - 1))) >> less;
}

static void party_chunk(const struct exp_step *e, size_t first, size_t n, uint64_t *numbers)
{
    dealt_numbers_read(&e->dealt, e->role, first * e->numbers, numbers, n * e->numbers);
    for (size_t i = 0; i < n; i++) {
        const size_t at = first + i;
        const uint64_t bit = e->has_bits ? e->d[at / 64] >> (at % 64) & 1 : 0;
        const uint64_t place = e->c[at] >> e->low | bit << log2_of(e->buckets);
        uint64_t number = 0;
        for (size_t j = 0; j < e->numbers; j++) {
            const uint64_t other = j ^ place;
            number |= numbers[i * e->numbers + j] & (0 - (((other - 1) & ~other) >> 63));
        }
        e->out[at] = number * public_factor(e, e->c[at]);
    }
}

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct exp_step *e = context;
    const size_t chunk = BLOCK_LENGTH / e->numbers;
    for (size_t i = 0; i < n; i += chunk) {
        party_chunk(e, first + i, n - i < chunk ? n - i : chunk, t[0]);
    }
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct exp_step e = party_exp(p, s);
    const mpcf_status status = party_result(p, s, &e.out, err);
    if (status == MPCF_OK) {
        e.c = p->state[s->index];
        e.d = e.c + e.elements;
        exp_powers_make(e.powers, e.low + 1, s->point);
        if (p->role == ROLE_USER) {
            struct message correction = party_correction(p, s);
            e.dealt.sent = message_array(&correction, e.elements * e.numbers, e.dealt.ring);
        }
        blocks_for(e.elements, party_block, &e);
    }
    share_pool_give(p->pool, p->state[s->index]);
    p->state[s->index] = NULL;
    return status;
}

const struct step_operations step_operations_exp = {
    .units = 1u << EXP_FACTOR_BITS,
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
