/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cost engine: adds up the cost column, with the framing of the messages it ends up in.
 */
#include "secure/cost.h"

#include "base/memory.h"
#include "channel/channel.h"
#include "protocol/masked_weights.h"
#include "protocol/step_operations.h"

struct cost *cost_create(const struct program *p)
{
    struct cost *c = mpcf_alloc_array(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->lines = mpcf_alloc_array(p->function_count + 1, sizeof *c->lines);
    if (c->lines == NULL) {
        mpcf_free(c);
        return NULL;
    }
    c->line_count = p->function_count;
    for (size_t i = 0; i < p->function_count; ++i) {
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

/* --- Online: one message a level and direction --- */

struct level_bytes {
    uint64_t provider, user;
    uint32_t function; /* of the first step that sends: it bears frame and round */
};

static void add_step(const struct step *s, const struct step_cost *step, struct cost *c,
                     struct level_bytes *levels)
{
    for (uint32_t round = 0; round < step->rounds; ++round) {
        struct level_bytes *l = &levels[s->level + round];
        uint64_t provider = step->provider_bits[round] / 8, user = step->user_bits[round] / 8;
        if (l->provider + l->user == 0) {
            l->function = s->function;
        }
        l->provider += provider;
        l->user += user;
        c->lines[s->function].online_bytes += provider + user;
    }
}

static void add_levels(const struct program *p, const struct level_bytes *levels, struct cost *c)
{
    for (uint32_t i = 0; i < p->level_count; ++i) {
        const struct level_bytes *l = &levels[i];
        if (l->provider + l->user == 0) {
            continue;
        }
        uint64_t provider = cost_message(l->provider), user = cost_message(l->user);
        c->provider_bytes += provider;
        c->user_bytes += user;
        c->rounds++;
        c->lines[l->function].rounds++;
        c->lines[l->function].online_bytes += provider + user - l->provider - l->user;
    }
}

/* --- Before the run --- */

static bool is_first_of_masked_weights(const struct program *p, const struct step *s)
{
    for (size_t i = 0; i < s->index; ++i) {
        if (masked_weights_are_used(&p->steps[i]) &&
            masked_weights_is_same(p, &p->steps[i], p, s)) {
            return false;
        }
    }
    return true;
}

static void add_offline(const struct program *p, const struct step *s, const struct step_cost *step,
                        struct cost *c)
{
    struct cost_line *line = &c->lines[s->function];
    uint64_t early = step->offline_bits / 8, dealer = cost_message(step->correction_bits / 8);
    if (early > 0 && c->user_offline_bytes == 0) {
        c->user_offline_bytes += CHANNEL_FRAME_BYTES;
        line->offline_bytes += CHANNEL_FRAME_BYTES;
    }
    c->user_offline_bytes += early;
    line->offline_bytes += early;
    c->dealer_user_bytes += dealer;
    line->dealer_bytes += dealer;
    if (masked_weights_are_used(s) && is_first_of_masked_weights(p, s)) {
        c->setup_bytes += cost_message(step->setup_bits / 8);
    }
}

mpcf_status cost_run(const struct program *p, struct cost **out, mpcf_error *err)
{
    struct cost *c = cost_create(p);
    struct level_bytes *levels = mpcf_alloc_array(p->level_count + (size_t) 1, sizeof *levels);
    if (c == NULL || levels == NULL) {
        cost_destroy(c);
        mpcf_free(levels);
        return mpcf_fail_memory(err, p->level_count * sizeof *levels, "costs");
    }
    for (size_t i = 0; i < p->step_count; ++i) {
        const struct step *s = &p->steps[i];
        struct step_cost step;
        step_cost(p, s, &step);
        add_step(s, &step, c, levels);
        add_offline(p, s, &step, c);
    }
    add_levels(p, levels, c);
    mpcf_free(levels);
    *out = c;
    return MPCF_OK;
}
