/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps do what in which round, and how long its messages are.
 */
#include "schedule/rounds.h"

#include "base/memory.h"
#include "protocol/step_operations.h"

/* The lists of all rounds lie one behind the other; at first only their lengths are known. */
struct lists {
    uint32_t *local, *complete;
    struct round_step *exchange;
};

static void count_step(struct program *p, const struct step *s)
{
    const struct step_cost *c = &p->costs[s->index];

    if (c->rounds == 0) {
        p->rounds[s->round].local_count++;
        return;
    }
    for (uint32_t i = 0; i < c->rounds; i++) {
        struct round *r = &p->rounds[s->round + i];
        size_t provider = c->provider_bits[i] / 8, user = c->user_bits[i] / 8;
        if (r->provider_bytes + r->user_bytes == 0) {
            r->function = s->function;
        }
        r->provider_bytes += provider;
        r->user_bytes += user;
        r->exchange_count++;
    }
    p->rounds[s->round + c->rounds - 1].complete_count++;
}

/* Gives each round its part of the lists, empty. */
static void place_lists(struct program *p, struct lists at)
{
    for (uint32_t i = 0; i <= p->round_count; i++) {
        struct round *r = &p->rounds[i];
        r->local = at.local;
        r->exchange = at.exchange;
        r->complete = at.complete;
        at.local += r->local_count;
        at.exchange += r->exchange_count;
        at.complete += r->complete_count;
        r->local_count = r->exchange_count = r->complete_count = 0;
    }
}

static void list_step(struct program *p, const struct lists *all, const struct step *s)
{
    uint32_t rounds = p->costs[s->index].rounds;
    struct round *r = &p->rounds[s->round];

    if (rounds == 0) {
        all->local[r->local - all->local + r->local_count++] = s->index;
        return;
    }
    for (uint32_t i = 0; i < rounds; i++) {
        r = &p->rounds[s->round + i];
        all->exchange[r->exchange - all->exchange + r->exchange_count++] =
            (struct round_step){.step = s->index, .number = i};
    }
    all->complete[r->complete - all->complete + r->complete_count++] = s->index;
}

static bool allocate(struct program *p, struct lists *lists)
{
    size_t exchange = 0;

    p->rounds = arena_alloc(p->arena, p->round_count + (size_t) 1, sizeof *p->rounds);
    for (size_t i = 0; i < p->step_count; i++) {
        exchange += p->costs[i].rounds;
    }
    lists->local = arena_alloc(p->arena, p->step_count + 1, sizeof *lists->local);
    lists->complete = arena_alloc(p->arena, p->step_count + 1, sizeof *lists->complete);
    lists->exchange = arena_alloc(p->arena, exchange + 1, sizeof *lists->exchange);
    return p->rounds != NULL && lists->local != NULL && lists->complete != NULL &&
           lists->exchange != NULL;
}

mpcf_status rounds_build(struct program *p, mpcf_error *err)
{
    struct lists lists;

    p->costs = arena_alloc(p->arena, p->step_count + 1, sizeof *p->costs);
    if (p->costs == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof *p->costs, "costs of steps");
    }
    p->offline_bytes = 0;
    for (size_t i = 0; i < p->step_count; i++) {
        step_cost(p, &p->steps[i], &p->costs[i]);
        p->offline_bytes += p->costs[i].offline_bits / 8;
    }
    if (!allocate(p, &lists)) {
        return mpcf_fail_memory(err, p->step_count * sizeof *p->rounds, "rounds");
    }
    for (size_t i = 0; i < p->step_count; i++) {
        count_step(p, &p->steps[i]);
    }
    place_lists(p, lists);
    for (size_t i = 0; i < p->step_count; i++) {
        list_step(p, &lists, &p->steps[i]);
    }
    return MPCF_OK;
}
