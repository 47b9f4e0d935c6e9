/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rings a choice of truncations asks for, and what a run costs with them.
 *
 * Nothing here knows a kind of step: needs and costs are the steps' own, called with the rings
 * under trial.
 */
#include "lower/ring_trial.h"

#include "base/memory.h"
#include "protocol/step_table.h"
#include "schedule/settle.h"

mpcf_status ring_trial_create(struct program *p, const struct lower_network *network,
                              struct ring_trial *out, mpcf_error *err)
{
    *out = (struct ring_trial){.program = p, .prices = prices_on(network)};
    steps_attach(p);
    out->floor = mpcf_alloc_array(p->value_count + 1, sizeof *out->floor);
    if (out->floor == NULL) {
        return mpcf_fail_memory(err, p->value_count * sizeof *out->floor, "the search for rings");
    }
    return openings_find(p, &out->openings, err);
}

void ring_trial_clear(struct ring_trial *t)
{
    openings_clear(&t->openings);
    mpcf_free(t->floor);
    t->floor = NULL;
}

/* --- Rings --- */

static void sweep_once(struct ring_trial *t)
{
    struct program *p = t->program;

    for (size_t i = 0; i < p->value_count; i++) {
        p->values[i].ring = t->floor[i];
    }
    for (size_t i = p->step_count; i-- > 0;) {
        const struct step *s = &p->steps[i];
        for (size_t j = 0; j < s->in_count; j++) {
            unsigned needed = step_ring_needed(p, s, j);
            struct value *x = &p->values[s->in[j]];
            x->ring = needed > x->ring ? needed : x->ring;
        }
    }
}

/* Of those that lift a value the opening is as wide as the value, not as the result; of others as they say. */
static bool opens_as_result(const struct ring_trial *t, size_t i)
{
    const struct step_operations *o = t->program->steps[t->openings.items[i].step].operations;

    return !o->lifts && o->opened_bits == NULL;
}

/* The results of those that open one value. */
static bool raise_to_widest(struct ring_trial *t, size_t first, size_t end)
{
    const struct program *p = t->program;
    unsigned widest = 0;
    bool changed = false;

    for (size_t i = first; i < end; i++) {
        unsigned ring = p->values[p->steps[t->openings.items[i].step].out].ring;
        widest = opens_as_result(t, i) && ring > widest ? ring : widest;
    }
    for (size_t i = first; i < end; i++) {
        value_id out = p->steps[t->openings.items[i].step].out;
        if (opens_as_result(t, i) && widest > p->values[out].ring && widest > t->floor[out]) {
            t->floor[out] = widest;
            changed = true;
        }
    }
    return changed;
}

/* A value that several steps open is opened once if they open it in one ring. */
static bool equal_openings(struct ring_trial *t)
{
    bool changed = false;

    for (size_t first = 0, end = 0; first < t->openings.count; first = end) {
        end = openings_end(&t->openings, first);
        changed = raise_to_widest(t, first, end) || changed;
    }
    return changed;
}

void ring_trial_sweep(struct ring_trial *t)
{
    enum { TRIES = 12 }; /* wider openings may widen others */
    const struct program *p = t->program;
    for (size_t i = 0; i < p->value_count; i++) {
        const struct value *v = &p->values[i];
        t->floor[i] = v->kind == VALUE_BITS || v->magnitude == 0 ? 1 : v->magnitude;
    }
    for (int i = 0; i < TRIES; i++) {
        sweep_once(t);
        if (!equal_openings(t)) {
            return;
        }
    }
}

/* --- Price --- */

#define BEYOND_WEIGHT 1e9 /* a bit of a ring beyond 64 */

double ring_trial_price(struct ring_trial *t)
{
    struct program *p = t->program;
    struct step_cost cost;
    double price = 0;

    schedule_settle(p, &t->openings);
    for (size_t i = 0; i < p->step_count; i++) {
        step_cost(p, &p->steps[i], &cost);
        price += prices_step(&t->prices, &cost);
    }
    t->widest = 0;
    for (size_t i = 0; i < p->value_count; i++) {
        unsigned ring = p->values[i].ring;
        price += ring > 64 ? BEYOND_WEIGHT * (ring - 64) : 0;
        t->widest = ring > p->values[t->widest].ring ? (value_id) i : t->widest;
    }
    return price + t->prices.message * p->round_count;
}
