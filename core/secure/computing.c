/* SPDX-License-Identifier: Apache-2.0 */
/* Work of steps, its rates, and the seconds of a program by them. */
#include "secure/computing.h"

#include <math.h>

#include "base/memory.h"
#include "channel/role.h"

/* --- Work --- */

static double sent_bytes(const struct step_cost *c)
{
    uint64_t bits = c->offline_bits + c->correction_bits;

    for (uint32_t i = 0; i < c->rounds; i++) {
        bits += c->provider_bits[i] + c->user_bits[i];
    }
    return (double) bits / 8;
}

unsigned step_work(const struct program *p, const struct step *s, double *units)
{
    const struct step_cost *c = &p->costs[s->index];
    const struct value *out = &p->values[s->out];

    if (c->multiplications > 0) {
        *units = (double) c->multiplications;
        return out->ring <= 32 ? 0 : out->ring <= 52 ? 1 : 2;
    }
    *units = sent_bytes(c) + 8 * (double) out->dims.count;
    for (size_t i = 0; i < s->in_count; i++) {
        *units += 8 * (double) p->values[s->in[i]].dims.count;
    }
    return 0;
}

/* --- Rates --- */

static double measured(const struct step_clock *c, enum step_phase phase, uint32_t step)
{
    const double seconds = c->least[phase][step];

    return isfinite(seconds) ? seconds : 0;
}

void work_sums_add(struct work_sums *sums, const struct program *p,
                   const struct step_clock clocks[3])
{
    for (uint32_t i = 0; i < p->step_count; i++) {
        const enum step_kind kind = p->steps[i].kind;
        double units = 0;
        const unsigned sort = step_work(p, &p->steps[i], &units);
        struct work_rate *sum = &sums->seconds[kind][sort];

        sums->units[kind][sort] += units;
        sum->online[ROLE_PROVIDER] += measured(&clocks[ROLE_PROVIDER], PHASE_ONLINE, i);
        sum->online[ROLE_USER] += measured(&clocks[ROLE_USER], PHASE_ONLINE, i);
        sum->before += measured(&clocks[ROLE_USER], PHASE_BEFORE, i);
        sum->dealer += measured(&clocks[ROLE_DEALER], PHASE_BEFORE, i);
    }
}

static struct work_rate rate_of(const struct work_rate *sum, double units)
{
    struct work_rate r = {.is_measured = units > 0};

    if (r.is_measured) {
        r.online[0] = sum->online[0] / units;
        r.online[1] = sum->online[1] / units;
        r.before = sum->before / units;
        r.dealer = sum->dealer / units;
    }
    return r;
}

void work_sums_rates(const struct work_sums *sums, struct computing_rates *out)
{
    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        for (size_t sort = 0; sort < WORK_SORTS; sort++) {
            out->of[kind][sort] = rate_of(&sums->seconds[kind][sort], sums->units[kind][sort]);
        }
    }
}

/* --- A program's seconds --- */

/* The mean of all kinds' rates: for one that nobody measured. */
static struct work_rate mean_rate(const struct computing_rates *rates)
{
    struct work_rate mean = {0};
    double count = 0;

    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        const struct work_rate *r = &rates->of[kind][0];

        if (r->is_measured) {
            mean.online[0] += r->online[0];
            mean.online[1] += r->online[1];
            mean.before += r->before;
            mean.dealer += r->dealer;
            count++;
        }
    }
    return rate_of(&mean, count);
}

const struct work_rate *computing_rate(const struct computing_rates *rates, enum step_kind kind,
                                       unsigned sort)
{
    for (unsigned away = 0; away < WORK_SORTS; away++) {
        if (sort + away < WORK_SORTS && rates->of[kind][sort + away].is_measured) {
            return &rates->of[kind][sort + away];
        }
        if (sort >= away && rates->of[kind][sort - away].is_measured) {
            return &rates->of[kind][sort - away];
        }
    }
    return NULL;
}

/* What each step takes each role: by step, provider online, user online, user before, dealer. */
enum { PARTS = 4 };

static void list_seconds(const struct program *p, const struct computing_rates *rates,
                         struct computing *c, double (*seconds)[PARTS])
{
    const struct work_rate mean = mean_rate(rates);

    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        double units = 0;
        const unsigned sort = step_work(p, s, &units);
        const struct work_rate *r = computing_rate(rates, s->kind, sort);

        if (r == NULL) {
            r = &mean;
            c->is_guessed[s->kind] = true;
            c->has_guess = true;
        }
        seconds[i][0] = units * r->online[0];
        seconds[i][1] = units * r->online[1];
        seconds[i][2] = units * r->before;
        seconds[i][3] = units * r->dealer;
    }
}

/* In each round the parties wait for each other. */
static void add_round(const struct round *round, const double (*seconds)[PARTS],
                      struct computing *c)
{
    double sum[2] = {0, 0};
    unsigned longer = 0;

    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < round->local_count + round->complete_count; i++) {
            const uint32_t step =
                i < round->local_count ? round->local[i] : round->complete[i - round->local_count];

            if (pass == 0) {
                sum[0] += seconds[step][0];
                sum[1] += seconds[step][1];
            } else {
                c->online[step] = seconds[step][longer];
                c->online_seconds += seconds[step][longer];
            }
        }
        longer = sum[1] > sum[0];
    }
}

/* Dealer and user work at once: corrections stream. */
static void add_before(size_t steps, const double (*seconds)[PARTS], struct computing *c)
{
    double user = 0, dealer = 0;

    for (size_t i = 0; i < steps; i++) {
        user += seconds[i][2];
        dealer += seconds[i][3];
    }
    c->before_seconds = dealer > user ? dealer : user;
}

mpcf_status computing_of(const struct program *p, const struct computing_rates *rates,
                         struct computing *out, mpcf_error *err)
{
    const size_t steps = p->step_count + 1;
    double(*seconds)[PARTS] = mpcf_alloc_array(steps, sizeof *seconds);
    struct computing c = {.online = mpcf_alloc_array(steps, sizeof *c.online)};

    if (seconds == NULL || c.online == NULL) {
        mpcf_free(seconds);
        computing_clear(&c);
        return mpcf_fail_memory(err, steps * sizeof *seconds, "times of steps");
    }
    list_seconds(p, rates, &c, seconds);
    for (uint32_t i = 0; i <= p->round_count; i++) {
        add_round(&p->rounds[i], (const double(*)[PARTS]) seconds, &c);
    }
    add_before(p->step_count, (const double(*)[PARTS]) seconds, &c);
    mpcf_free(seconds);
    *out = c;
    return MPCF_OK;
}

void computing_clear(struct computing *c)
{
    mpcf_free(c->online);
    *c = (struct computing){0};
}
