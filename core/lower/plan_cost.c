/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One evaluation of the planner: rings by a sweep, and an estimate of what travels.
 *
 * step_cost() needs a finished program; this estimate follows the same formulas (openings shared,
 * early halves before the run) and only has to order choices.
 */
#include <assert.h>

#include "lower/plan.h"

static void need(struct plan *plan, value_id id, unsigned ring)
{
    if (ring > plan->ring[id]) {
        plan->ring[id] = ring;
    }
}

static bool is_opener(const struct step *s)
{
    return s->kind == STEP_PRODUCT || s->kind == STEP_SQUARE || s->kind == STEP_MATMUL ||
           s->kind == STEP_SELECT;
}

static void sweep_step(struct plan *plan, const struct step *s)
{
    const struct value *values = plan->program->values;
    const unsigned ring = plan->ring[s->out];

    switch (s->kind) {
    case STEP_TRUNCATE_REDUCE:
        need(plan, s->in[0], ring + s->shift);
        return;
    case STEP_TRUNCATE_EXTEND:
    case STEP_COMPARE:
        need(plan, s->in[0], values[s->in[0]].magnitude + 1);
        return;
    case STEP_REVEAL:
        need(plan, s->in[0], values[s->in[0]].magnitude);
        return;
    case STEP_BITS_TO_RING:
        return;
    default:
        break;
    }
    for (size_t i = s->kind == STEP_SELECT ? 1 : 0; i < s->in_count; ++i) {
        need(plan, s->in[i], ring);
    }
}

static void sweep_once(struct plan *plan)
{
    const struct program *p = plan->program;

    for (size_t i = 0; i < p->value_count; ++i) {
        plan->ring[i] = plan->floor[i];
        plan->opened[i] = 0;
    }
    for (size_t i = p->step_count; i-- > 0;) {
        sweep_step(plan, &p->steps[i]);
    }
}

/* A value that several steps open is opened once if they open it in one ring. */
static bool equal_openings(struct plan *plan)
{
    const struct program *p = plan->program;
    bool changed = false;

    for (size_t i = 0; i < p->step_count; ++i) {
        const struct step *s = &p->steps[i];
        for (size_t j = s->kind == STEP_SELECT ? 1 : 0; is_opener(s) && j < s->in_count; ++j) {
            if (plan->ring[s->out] > plan->opened[s->in[j]]) {
                plan->opened[s->in[j]] = plan->ring[s->out];
            }
        }
    }
    for (size_t i = 0; i < p->step_count; ++i) {
        const struct step *s = &p->steps[i];
        for (size_t j = s->kind == STEP_SELECT ? 1 : 0; is_opener(s) && j < s->in_count; ++j) {
            if (plan->opened[s->in[j]] > plan->floor[s->out] &&
                plan->opened[s->in[j]] > plan->ring[s->out]) {
                plan->floor[s->out] = plan->opened[s->in[j]];
                changed = true;
            }
        }
    }
    return changed;
}

void plan_sweep(struct plan *plan)
{
    const struct program *p = plan->program;

    for (size_t i = 0; i < p->value_count; ++i) {
        const struct value *v = &p->values[i];
        plan->floor[i] = v->kind == VALUE_BITS || v->magnitude == 0 ? 1 : v->magnitude;
    }
    for (size_t round = 0; round < 12; ++round) {
        sweep_once(plan);
        if (!equal_openings(plan)) {
            return;
        }
    }
}

/* --- Cost --- */

/* Bits a threshold takes from each party, by the comparison's width. */
static double threshold_bits(unsigned width)
{
    return width <= 8 ? 3 : width <= 16 ? 7 : width <= 32 ? 18 : 38;
}

#define EARLY_WEIGHT  0.35       /* a bit before the run, against one in it */
#define DEALER_WEIGHT 0.06       /* a bit of the dealer's */
#define ROUND_BITS    (8 * 12e3) /* a message's delay, in bits that could travel meanwhile */
#define WIDE_RING     52         /* products modulo more are slower */

static bool lift_is_local(const struct plan *plan, const struct step *s)
{
    return plan->ring[s->out] + s->shift <= plan->ring[s->in[0]];
}

static bool early_result(const struct plan *plan, const struct step *s)
{
    switch (s->kind) {
    case STEP_PROVIDER:
    case STEP_LINEAR:
    case STEP_SCALE_COLUMNS:
    case STEP_MASKED:
        return true;
    case STEP_TRUNCATE_EXTEND:
        if (!lift_is_local(plan, s)) {
            return false;
        }
        break;
    case STEP_TRUNCATE_REDUCE:
    case STEP_COMBINE:
    case STEP_ROW_SUM:
        break;
    default:
        return false;
    }
    for (size_t i = 0; i < s->in_count; ++i) {
        if (!plan->early[s->in[i]]) {
            return false;
        }
    }
    return true;
}

static double opening_cost(const struct plan *plan, const struct step *s, value_id id)
{
    const struct value *v = &plan->program->values[id];
    const double bits = (double) v->dims.count * plan->ring[s->out];

    if (v->kind == VALUE_USER || v->kind == VALUE_PROVIDER) {
        return bits;
    }
    return bits * (plan->early[id] ? 1 + EARLY_WEIGHT : 2);
}

/* Each value once: the first step that opens it (all have one ring) pays. */
static double openings_cost(struct plan *plan, const struct step *s)
{
    double cost = 0;

    for (size_t j = s->kind == STEP_SELECT ? 1 : 0; j < s->in_count; ++j) {
        if (plan->opened[s->in[j]] == plan->ring[s->out]) {
            plan->opened[s->in[j]] = UINT32_MAX;
            cost += opening_cost(plan, s, s->in[j]);
        } else if (plan->opened[s->in[j]] != UINT32_MAX) {
            cost += opening_cost(plan, s, s->in[j]);
        }
    }
    return cost +
           DEALER_WEIGHT * (double) plan->program->values[s->out].dims.count * plan->ring[s->out];
}

static double compare_cost(const struct plan *plan, const struct step *s)
{
    const struct value *x = &plan->program->values[s->in[0]];
    const unsigned width = x->magnitude + 1;

    (void) plan;
    return (double) x->dims.count *
           (2 * width + 2 * threshold_bits(width) * (double) s->threshold_count);
}

static double step_bits(struct plan *plan, const struct step *s, uint32_t *rounds)
{
    const struct value *x = s->in_count > 0 ? &plan->program->values[s->in[0]] : NULL;
    const double n = (double) plan->program->values[s->out].dims.count;
    const unsigned ring = plan->ring[s->out];

    assert(x != NULL || (s->kind != STEP_TRUNCATE_EXTEND && s->kind != STEP_COMPARE));
    *rounds = 1;
    switch (s->kind) {
    case STEP_MASKED:
        *rounds = plan->early[s->in[0]] ? 0 : 1;
        return n * ring * (plan->early[s->in[0]] ? EARLY_WEIGHT : 1);
    case STEP_TRUNCATE_EXTEND:
        if (lift_is_local(plan, s) || x->kind != VALUE_SHARED) {
            *rounds = 0;
            return 0;
        }
        return plan->early[s->in[0]] ? n * (1 + EARLY_WEIGHT + DEALER_WEIGHT * ring / 2)
                                     : n * (2 * (x->magnitude + 1) + DEALER_WEIGHT * 1.5 * ring);
    case STEP_PRODUCT:
    case STEP_SQUARE:
    case STEP_MATMUL:
        return openings_cost(plan, s);
    case STEP_SELECT:
        return 2 * n + openings_cost(plan, s) + DEALER_WEIGHT * n * ring;
    case STEP_USER_SELECT:
        return n * (ring + 1);
    case STEP_COMPARE:
        *rounds = x->magnitude + 1 <= 16 ? 2 : 3;
        return compare_cost(plan, s);
    case STEP_BITS_TO_RING:
        return n * (2 + DEALER_WEIGHT * ring);
    case STEP_REVEAL:
        return n * ring;
    case STEP_LINEAR:
        *rounds = 0;
        return DEALER_WEIGHT * n * ring + (ring > WIDE_RING ? n * (ring - WIDE_RING) : 0);
    case STEP_SCALE_COLUMNS:
        *rounds = 0;
        return DEALER_WEIGHT * n * ring;
    default:
        *rounds = 0;
        return 0;
    }
}

static double step_estimate(struct plan *plan, const struct step *s, uint32_t *end)
{
    uint32_t level = 0, rounds = 0;

    for (size_t i = 0; i < s->in_count; ++i) {
        const uint32_t ready = plan->level[s->in[i]];
        level = ready > level ? ready : level;
    }
    const double bits = step_bits(plan, s, &rounds);
    plan->early[s->out] = early_result(plan, s);
    plan->level[s->out] = level + rounds;
    *end = level + rounds > *end ? level + rounds : *end;
    return bits;
}

double plan_cost(struct plan *plan)
{
    const struct program *p = plan->program;
    double cost = 0;
    unsigned widest = 0;
    uint32_t rounds = 0;

    for (size_t i = 0; i < p->step_count; ++i) {
        cost += step_estimate(plan, &p->steps[i], &rounds);
    }
    for (size_t i = 0; i < p->value_count; ++i) {
        if (plan->ring[i] > 64) {
            cost += 1e15 * (plan->ring[i] - 64);
        }
        if (plan->ring[i] > widest) {
            widest = plan->ring[i];
            plan->widest = (value_id) i;
        }
    }
    return cost + ROUND_BITS * rounds;
}
