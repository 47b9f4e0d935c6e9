/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost engine: what the rounds send and what goes before them, with the frames of messages.
 */
#include "secure/cost.h"

#include "base/memory.h"
#include "channel/channel.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"

/* One line a function, all zero. NULL: memory. */
static struct cost *cost_create(const struct program *p)
{
    struct cost *c = mpcf_alloc_array(1, sizeof *c);

    if (c != NULL) {
        c->lines = mpcf_alloc_array(p->function_count + 1, sizeof *c->lines);
    }
    if (c == NULL || c->lines == NULL) {
        cost_destroy(c);
        return NULL;
    }
    c->line_count = p->function_count;
    for (size_t i = 0; i < p->function_count; i++) {
        c->lines[i].function = p->functions[i];
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

static void add_parts(const struct program *p, const struct round *round, struct cost *c)
{
    const bool provider_is_longer = round->provider_bytes > round->user_bytes;

    for (size_t i = 0; i < round->exchange_count; i++) {
        const struct round_step *part = &round->exchange[i];
        const struct step_cost *step = &p->costs[part->step];
        struct cost_line *line = &c->lines[p->steps[part->step].function];
        uint64_t provider = step->provider_bits[part->number] / 8;
        uint64_t user = step->user_bits[part->number] / 8;
        line->online_bytes += provider + user;
        line->link_bytes += provider_is_longer ? provider : user;
    }
}

/* A round in which nothing is sent is none. */
static void add_round(const struct program *p, const struct round *round, struct cost *c)
{
    if (round->provider_bytes + round->user_bytes == 0) {
        return;
    }
    struct cost_line *line = &c->lines[round->function];
    uint64_t provider = cost_message(round->provider_bytes);
    uint64_t user = cost_message(round->user_bytes);
    c->provider_bytes += provider;
    c->user_bytes += user;
    c->link_bytes += provider > user ? provider : user;
    c->rounds++;
    line->rounds++;
    line->online_bytes += provider + user - round->provider_bytes - round->user_bytes;
    line->link_bytes += CHANNEL_FRAME_BYTES;
    add_parts(p, round, c);
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

static void add_offline(const struct program *p, const struct step *s, struct cost *c)
{
    const struct step_cost *step = &p->costs[s->index];
    struct cost_line *line = &c->lines[s->function];
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

mpcf_status cost_run(const struct program *p, struct cost **out, mpcf_error *err)
{
    struct cost *c = cost_create(p);

    if (c == NULL) {
        return mpcf_fail_memory(err, p->function_count * sizeof *c->lines, "costs");
    }
    for (size_t i = 0; i < p->step_count; i++) {
        add_offline(p, &p->steps[i], c);
    }
    for (uint32_t i = 0; i < p->round_count; i++) {
        add_round(p, &p->rounds[i], c);
    }
    *out = c;
    return MPCF_OK;
}
