/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WAVES: a sum of sines and cosines of a shared number, in one round.
 *
 * Ideal function: z = C + 2^p sum_j a_j cos(h_j x) + b_j sin(h_j x) modulo 2^k, with x in units of 2^-K turns, for
 * every x, whatever its magnitude: harmonics h_j = h + j d, j from 0 on, at most WAVES_MAX. z is off by no more than
 * 2.2 2^p a harmonic, 2.2 units of the coefficients: their places p follow from the largest (waves_shape.h).
 * The step's numbers are h, d, a_0, b_0, a_1, ..; `turn` is K, `constant` C.
 *
 * The parties open e = x - a modulo 2^K (opening.h). Cosine and sine of h (e + a) are sums of products of those of
 * h e, which both parties know, and of h a, of which the dealer shares both. So nothing is compared, and nothing
 * wraps: a whole turn is the ring. A harmonic whose coefficients are 2^s times smaller than the largest has s places fewer, and
 * as many bits less of the dealer's.
 *
 * Messages: the opening, one round, K bits an element. Dealer: the user's shares of cos(h_j a) and sin(h_j a) in p - s
 * places, k - s bits each. Leakage: none, e is uniform.
 * Source: sharing e^(i h a) in place of a is how Kelkar, Le, Raykova, Seth, "Secure Poisson regression" (USENIX
 * Security 2022) exponentiate; Zheng et al., "Secure softmax/sigmoid for machine-learning computation" (ACSAC 2023)
 * do sines so.
 */
#include "protocol/waves_shape.h"

#include <assert.h>
#include <math.h>

#include "base/memory.h"
#include "protocol/blocks.h"
#include "protocol/opening.h"
#include "protocol/wave_kernel.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    if (s->in_count != 1 || step_out(p, s)->dims.count != step_in(p, s, 0)->dims.count) {
        return "operand and result have one shape";
    }
    if (s->turn < 2 || s->turn > WAVES_TURN_BITS) {
        return "a turn has 2 to 2^32 units";
    }
    if (s->threshold_count < 4 || s->threshold_count % 2 != 0 ||
        s->threshold_count > 2 * WAVES_MAX + 2) {
        return "two numbers, and two for each harmonic, 1 to 16 of them";
    }
    if (s->threshold_count > 2 * WAVES_ANY_RING + 2 &&
        step_out(p, s)->ring < waves_shape(s).places + WAVES_LEAST) {
        return "the result's ring is too narrow for so many harmonics";
    }
    for (size_t i = 0; i < s->threshold_count; i++) {
        const int64_t most = (int64_t) 1 << WAVES_COEFFICIENT_BITS;
        if (s->thresholds[i] <= -most || s->thresholds[i] >= most) {
            return "coefficients and harmonics are below 2^24";
        }
    }
    return opening_check(p, s);
}

/* What is opened of the operand. */
static unsigned turn_bits(const struct program *p, const struct step *s)
{
    (void) p;
    return s->turn;
}

static unsigned ring_needed(const struct program *p, const struct step *s, size_t i)
{
    (void) p, (void) i;
    return s->turn;
}

/* Of an element's two numbers of harmonic J. */
static unsigned share_bits(const struct waves_shape *w, unsigned ring, size_t j)
{
    return ring > w->shift[j] ? ring - w->shift[j] : 0;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    const struct value *out = step_out(p, s);
    const struct waves_shape w = waves_shape(s);

    opening_cost(p, s, c);
    c->correction_bits = 0;
    for (size_t j = 0; j < w.count; j++) {
        c->correction_bits += 2 * packed_cost(out->dims.count, share_bits(&w, out->ring, j));
    }
}

struct waves {
    const struct program *program;
    const struct randomness *random;
    const struct step *step;
    enum role role;
    struct waves_shape shape;
    unsigned ring;
    size_t count;
    const uint64_t *x; /* or e */
    uint64_t *out;
    struct packed_array cosines[WAVES_MAX], sines[WAVES_MAX]; /* corrections */
};

static struct waves waves_of(const struct program *p, const struct step *s,
                             const struct randomness *random)
{
    struct waves k = {.program = p, .random = random, .step = s, .shape = waves_shape(s)};

    k.ring = step_out(p, s)->ring;
    k.count = step_out(p, s)->dims.count;
    return k;
}

static void place_corrections(struct waves *k, struct message *m)
{
    for (size_t j = 0; j < k->shape.count; j++) {
        const unsigned bits = share_bits(&k->shape, k->ring, j);
        if (bits > 0) {
            k->cosines[j] = message_array(m, k->count, bits);
            k->sines[j] = message_array(m, k->count, bits);
        }
    }
}

/* --- Reference --- */

static double wave_at(const struct step *s, uint64_t x)
{
    const uint64_t units = (uint64_t) 1 << s->turn;
    double sum = 0;

    for (size_t i = 2; i < s->threshold_count; i += 2) {
        const int64_t h = s->thresholds[0] + (int64_t) (i / 2 - 1) * s->thresholds[1];
        const double turn = ldexp((double) ((uint64_t) h * x % units), -(int) s->turn);
        const double angle = 2 * 3.14159265358979323846 * turn;
        sum += (double) s->thresholds[i] * cos(angle) + (double) s->thresholds[i + 1] * sin(angle);
    }
    return sum;
}

static void reference_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct waves *k = context;

    (void) t;
    for (size_t i = first; i < first + n; i++) {
        const double sum = ldexp(wave_at(k->step, k->x[i]), (int) k->shape.places);
        k->out[i] = k->step->constant + (uint64_t) llround(sum);
    }
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    struct waves k = waves_of(r->program, s, NULL);

    k.x = r->x[s->in[0]];
    MPCF_TRY(reference_value(r, s, &k.out, err));
    blocks_for(k.count, reference_block, &k);
    return MPCF_OK;
}

/* --- Harmonics, one after the other --- */

struct angles {
    int32_t cos[BLOCK_LENGTH], sin[BLOCK_LENGTH]; /* of harmonic j */
    int32_t by_cos[BLOCK_LENGTH], by_sin[BLOCK_LENGTH];
};

static void first_angles(const struct waves *k, const uint64_t *x, struct angles *a, size_t n)
{
    const struct wave_kernel *kernel = wave_kernel();
    const struct step *s = k->step;

    kernel->turn(a->cos, a->sin, x, (uint64_t) s->thresholds[0], s->turn, n);
    kernel->turn(a->by_cos, a->by_sin, x, (uint64_t) s->thresholds[1], s->turn, n);
}

static void next_angles(struct angles *a, size_t n)
{
    wave_kernel()->rotate(a->cos, a->sin, a->by_cos, a->by_sin, n);
}

/* The provider's shares of harmonic J: of one word where both fit. */
static void provider_shares(const struct waves *k, size_t j, size_t first, uint64_t *c, uint64_t *s,
                            size_t n)
{
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_WAVE + (unsigned) j, first, c, n);
    if (share_bits(&k->shape, k->ring, j) <= 32) {
        for (size_t i = 0; i < n; i++) {
            s[i] = c[i] >> 32;
        }
        return;
    }
    random_fill(k->random, ROLE_PROVIDER, k->step, ITEM_WAVE_SINE + (unsigned) j, first, s, n);
}

/* --- Dealer --- */

static void deal_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct waves *k = context;
    struct angles a;

    opening_mask_whole(k->program, k->random, k->step, 0, first, t[0], t[1], n);
    first_angles(k, t[0], &a, n);
    for (size_t j = 0; j < k->shape.count; j++) {
        if (share_bits(&k->shape, k->ring, j) > 0) {
            const unsigned places = k->shape.places - k->shape.shift[j];
            provider_shares(k, j, first, t[1], t[2], n);
            wave_kernel()->round(t[3], a.cos, places, n);
            ring_sub(t[3], t[3], t[1], n);
            packed_write(k->cosines[j], first, t[3], n);
            wave_kernel()->round(t[3], a.sin, places, n);
            ring_sub(t[3], t[3], t[2], n);
            packed_write(k->sines[j], first, t[3], n);
        }
        next_angles(&a, n);
    }
    mpcf_wipe(&a, sizeof a);
}

static mpcf_status deal(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err)
{
    struct waves k = waves_of(d->program, s, &d->random);

    (void) err;
    place_corrections(&k, out);
    blocks_for(k.count, deal_block, &k);
    return MPCF_OK;
}

/* --- Parties --- */

static void party_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct waves *k = context;
    const uint64_t constant = k->role == ROLE_PROVIDER ? k->step->constant : 0;
    uint64_t *z = k->out + first;
    struct angles a;

    first_angles(k, k->x + first, &a, n);
    for (size_t i = 0; i < n; i++) {
        z[i] = constant;
    }
    for (size_t j = 0; j < k->shape.count; j++) {
        if (share_bits(&k->shape, k->ring, j) > 0) {
            const struct wave_term term = {k->step->thresholds[2 * j + 2],
                                           k->step->thresholds[2 * j + 3], k->shape.shift[j]};
            if (k->role == ROLE_PROVIDER) {
                provider_shares(k, j, first, t[0], t[1], n);
            } else {
                packed_read(k->cosines[j], first, t[0], n);
                packed_read(k->sines[j], first, t[1], n);
            }
            wave_kernel()->add(z, &term, a.cos, a.sin, t[0], t[1], n);
        }
        next_angles(&a, n);
    }
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    struct waves k = waves_of(p->program, s, &p->random);

    k.role = p->role;
    k.x = opening_get(p, s, 0);
    if (p->role == ROLE_USER) {
        struct message correction = party_correction(p, s);
        place_corrections(&k, &correction);
    }
    MPCF_TRY(party_result(p, s, &k.out, err));
    blocks_for(k.count, party_block, &k);
    opening_release(p, s);
    return MPCF_OK;
}

const struct step_operations step_operations_waves = {
    .opens = 1u << 0,
    .opened_bits = turn_bits,
    .units_of = waves_units,
    .check = check,
    .ring_needed = ring_needed,
    .rounds = one_round,
    .cost = cost,
    .reference = reference,
    .deal = deal,
    .send_offline = opening_send_offline,
    .send = opening_send,
    .receive = opening_receive,
    .compute = compute,
};
