/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost engine: what the rounds send and what goes before them, with the frames of messages.
 */
#include "secure/cost.h"

#include "base/memory.h"
#include "channel/channel.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"

/* One line a group, all zero. NULL: memory. */
static struct cost *cost_create(const struct cost_groups *groups)
{
    struct cost *c = mpcf_alloc_array(1, sizeof *c);

    if (c != NULL) {
        c->lines = mpcf_alloc_array(groups->count + 1, sizeof *c->lines);
    }
    if (c == NULL || c->lines == NULL) {
        cost_destroy(c);
        return NULL;
    }
    c->line_count = groups->count;
    for (size_t i = 0; i < groups->count; i++) {
        c->lines[i].function = groups->names[i];
    }
    return c;
}

void cost_destroy(struct cost *c)
{
    if (c == NULL) {
        return;
    }
    mpcf_free(c->lines);
    mpcf_free(c);
}

uint64_t cost_message(uint64_t bytes)
{
    return bytes == 0 ? 0 : bytes + CHANNEL_FRAME_BYTES;
}

/* --- Online: one message a round and direction --- */

static void add_parts(const struct program *p, const struct cost_groups *groups,
                      const struct round *round, struct cost *c)
{
    const bool provider_is_longer = round->provider_bytes > round->user_bytes;

    for (size_t i = 0; i < round->exchange_count; i++) {
        const struct round_step *part = &round->exchange[i];
        const struct step_cost *step = &p->costs[part->step];
        struct cost_line *line = &c->lines[groups->of[part->step]];
        uint64_t provider = step->provider_bits[part->number] / 8;
        uint64_t user = step->user_bits[part->number] / 8;
        line->online_bytes += provider + user;
        line->link_bytes += provider_is_longer ? provider : user;
    }
}

/* The first step that sends: frame and delay are its. */
static uint32_t first_sender(const struct program *p, const struct round *round)
{
    for (size_t i = 0; i < round->exchange_count; i++) {
        const struct round_step *part = &round->exchange[i];
        const struct step_cost *step = &p->costs[part->step];

        if (step->provider_bits[part->number] + step->user_bits[part->number] > 0) {
            return part->step;
        }
    }
    return 0;
}

/* A round in which nothing is sent is none. */
static void add_round(const struct program *p, const struct cost_groups *groups,
                      const struct round *round, struct cost *c)
{
    if (round->provider_bytes + round->user_bytes == 0) {
        return;
    }
    struct cost_line *line = &c->lines[groups->of[first_sender(p, round)]];
    uint64_t provider = cost_message(round->provider_bytes);
    uint64_t user = cost_message(round->user_bytes);
    c->provider_bytes += provider;
    c->user_bytes += user;
    c->link_bytes += provider > user ? provider : user;
    c->rounds++;
    line->rounds++;
    line->online_bytes += provider + user - round->provider_bytes - round->user_bytes;
    line->link_bytes += CHANNEL_FRAME_BYTES;
    add_parts(p, groups, round, c);
}

/* --- Before the run --- */

static bool is_first_of_masked_weights(const struct program *p, const struct step *s)
{
    for (size_t i = 0; i < s->index; i++) {
        if (masked_weights_are_used(&p->steps[i]) &&
            masked_weights_is_same(p, &p->steps[i], p, s)) {
            return false;
        }
    }
    return true;
}

static void add_offline(const struct program *p, const struct cost_groups *groups,
                        const struct step *s, struct cost *c)
{
    const struct step_cost *step = &p->costs[s->index];
    struct cost_line *line = &c->lines[groups->of[s->index]];
    uint64_t offline = step->offline_bits / 8, dealer = cost_message(step->correction_bits / 8);

    if (offline > 0 && c->user_offline_bytes == 0) {
        c->user_offline_bytes += CHANNEL_FRAME_BYTES;
        line->offline_bytes += CHANNEL_FRAME_BYTES;
    }
    c->user_offline_bytes += offline;
    line->offline_bytes += offline;
    c->dealer_user_bytes += dealer;
    line->dealer_bytes += dealer;
    if (masked_weights_are_used(s) && is_first_of_masked_weights(p, s)) {
        c->setup_bytes += cost_message(step->setup_bits / 8);
    }
}

mpcf_status cost_run_by(const struct program *p, const struct cost_groups *groups,
                        struct cost **out, mpcf_error *err)
{
    struct cost *c = cost_create(groups);

    if (c == NULL) {
        return mpcf_fail_memory(err, groups->count * sizeof *c->lines, "costs");
    }
    for (size_t i = 0; i < p->step_count; i++) {
        add_offline(p, groups, &p->steps[i], c);
    }
    for (uint32_t i = 0; i < p->round_count; i++) {
        add_round(p, groups, &p->rounds[i], c);
    }
    *out = c;
    return MPCF_OK;
}

mpcf_status cost_functions(const struct program *p, struct cost_groups *out, mpcf_error *err)
{
    uint32_t *of = mpcf_alloc_array(p->step_count + 1, sizeof *of);

    if (of == NULL) {
        return mpcf_fail_memory(err, p->step_count * sizeof *of, "costs");
    }
    for (size_t i = 0; i < p->step_count; i++) {
        of[i] = p->steps[i].function;
    }
    *out = (struct cost_groups){p->functions, p->function_count, of};
    return MPCF_OK;
}

void cost_functions_clear(struct cost_groups *groups)
{
    mpcf_free(groups->of);
    *groups = (struct cost_groups){0};
}

mpcf_status cost_run(const struct program *p, struct cost **out, mpcf_error *err)
{
    struct cost_groups functions;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(cost_functions(p, &functions, err));
    status = cost_run_by(p, &functions, out, err);
    cost_functions_clear(&functions);
    return status;
}
